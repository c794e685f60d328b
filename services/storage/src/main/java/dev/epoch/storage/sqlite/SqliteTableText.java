package dev.epoch.storage.sqlite;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tables, indexes and views as statements of SQLite that make them. */
final class SqliteTableText {
  /** What a table is beside its columns, under these names among its parameters. */
  static final String STRICT = "strict";

  static final String WITHOUT_ROWID = "without_rowid";
  static final String AUTOINCREMENT = "autoincrement";
  static final String CONFLICT = "on_conflict";

  private static final Pattern UNNAMED = Pattern.compile("check_\\d+");
  private static final Pattern ACTION =
      Pattern.compile("(?i) ON (DELETE|UPDATE) (SET NULL|SET DEFAULT|CASCADE|RESTRICT)");

  /** Checks without a name are known by their numbers. */
  private static final Comparator<ConstraintDefinition> IN_ORDER =
      Comparator.comparing(ConstraintDefinition::kind)
          .thenComparing(constraint -> constraint.name().length())
          .thenComparing(ConstraintDefinition::name);

  private final DatabaseSchema schema;
  private final SequencedSet<String> byHand;

  /**
   * @param schema that tables are made for, with the types of PostgreSQL's columns
   * @param byHand gets what has to be written by hand
   */
  SqliteTableText(DatabaseSchema schema, SequencedSet<String> byHand) {
    this.schema = schema;
    this.byHand = byHand;
  }

  /** Whether a table is one of SQLite already: its types and expressions stay as they are. */
  static boolean isNative(TableDefinition table) {
    return table.columns().stream()
        .allMatch(column -> column.type().equals(column.type().toUpperCase(Locale.ROOT)));
  }

  /** Whether nothing is known of a table that the shapes of commits do not tell. */
  static boolean isPlain(TableDefinition table) {
    return table.storageParameters().isEmpty()
        && table.triggers().isEmpty()
        && table.columns().stream().allMatch(column -> column.collation() == null);
  }

  /** Whether numbers of rows are never given again. */
  static boolean counts(TableDefinition table) {
    return table.storageParameters().containsKey(AUTOINCREMENT);
  }

  String create(TableDefinition table, String name) {
    List<String> parts = new ArrayList<>();
    table.columns().forEach(column -> parts.add(column(table, column)));
    table.constraints().stream()
        .filter(constraint -> constraint.kind() != Kind.PRIMARY_KEY || !counts(table))
        .sorted(IN_ORDER)
        .forEach(constraint -> constraint(table, constraint).ifPresent(parts::add));
    List<String> options = new ArrayList<>();
    if (table.storageParameters().containsKey(WITHOUT_ROWID)) {
      options.add("WITHOUT ROWID");
    }
    if (table.storageParameters().containsKey(STRICT)) {
      options.add("STRICT");
    }
    return "CREATE TABLE %s (\n  %s\n)%s"
        .formatted(
            SqliteDialect.quoted(name),
            String.join(",\n  ", parts),
            options.isEmpty() ? "" : " " + String.join(", ", options));
  }

  /** A column as a table's definition has it. */
  String column(TableDefinition table, ColumnDefinition column) {
    boolean isNative = isNative(table);
    StringBuilder text = new StringBuilder(SqliteDialect.quoted(column.name()));
    String type = isNative ? column.type() : foreignType(table, column);
    boolean any = type.equals("ANY") && !table.storageParameters().containsKey(STRICT);
    if (!type.isEmpty() && !any) {
      text.append(' ').append(type);
    }
    if (counts(table) && isKey(table, column)) {
      return text.append(" PRIMARY KEY AUTOINCREMENT").toString();
    }
    if (!column.nullable()) {
      text.append(" NOT NULL");
    }
    if (column.collation() != null) {
      text.append(" COLLATE ").append(SqliteDialect.quoted(column.collation()));
    }
    if (column.defaultValue() != null && column.defaultValue().kind() != DefaultKind.SEQUENCE) {
      expression(table, column.defaultValue().expression(), "the default of", column.name())
          .ifPresent(
              value -> text.append(" DEFAULT ").append(SqliteExpression.defaultValue(value)));
    }
    if (column.generated() != null) {
      expression(table, column.generated().expression(), "the values of", column.name())
          .ifPresent(value ->
              text.append(" GENERATED ALWAYS AS (")
                  .append(value)
                  .append(column.generated().stored() ? ") STORED" : ") VIRTUAL"));
    }
    return text.toString();
  }

  private static boolean isKey(TableDefinition table, ColumnDefinition column) {
    return table.constraints().stream()
        .anyMatch(constraint ->
            constraint.kind() == Kind.PRIMARY_KEY
                && constraint.columns().equals(List.of(column.name())));
  }

  /** A key of integers that the database numbers is the row's number. */
  private String foreignType(TableDefinition table, ColumnDefinition column) {
    boolean numbered =
        column.identity() != null
            || column.defaultValue() != null
                && column.defaultValue().kind() == DefaultKind.SEQUENCE;
    if (numbered && isKey(table, column)) {
      return "INTEGER";
    }
    if (numbered) {
      byHand.add(
          "column %s.%s: SQLite numbers keys alone".formatted(table.name().name(), column.name()));
    }
    String plain = column.type().replace("\"", "");
    for (SchemaObject object : schema.objects().values()) {
      boolean named = object.name().toString().equals(plain) || object.name().name().equals(plain);
      if (named && object instanceof EnumType) {
        byHand.add(
            "column %s.%s: a CHECK for the labels of %s"
                .formatted(table.name().name(), column.name(), plain));
        return "TEXT";
      }
      if (named && object instanceof DomainType domain) {
        byHand.add(
            "column %s.%s: a CHECK for the rules of %s"
                .formatted(table.name().name(), column.name(), plain));
        return SqliteExpression.type(domain.baseType());
      }
    }
    return SqliteExpression.type(column.type());
  }

  private Optional<String> expression(
      TableDefinition table, String expression, String what, String of) {
    if (isNative(table)) {
      return Optional.of(expression);
    }
    Optional<String> translated = SqliteExpression.of(expression);
    if (translated.isEmpty()) {
      byHand.add("table %s: %s %s: %s".formatted(table.name().name(), what, of, expression));
    }
    return translated;
  }

  private Optional<String> constraint(TableDefinition table, ConstraintDefinition constraint) {
    return switch (constraint.kind()) {
      case PRIMARY_KEY -> Optional.of("PRIMARY KEY " + list(constraint.columns()));
      case UNIQUE -> Optional.of("UNIQUE " + list(constraint.columns()));
      case FOREIGN_KEY ->
          Optional.of(
              "FOREIGN KEY %s REFERENCES %s%s%s"
                  .formatted(
                      list(constraint.columns()),
                      SqliteDialect.quoted(constraint.references().table().name()),
                      constraint.references().columns().isEmpty()
                          ? ""
                          : " " + list(constraint.references().columns()),
                      actions(constraint)));
      case CHECK ->
          expression(table, inside(constraint.definition()), "the check", constraint.name())
              .map(expression ->
                  (UNNAMED.matcher(constraint.name()).matches()
                          ? ""
                          : "CONSTRAINT " + SqliteDialect.quoted(constraint.name()) + " ")
                      + "CHECK ("
                      + expression
                      + ")");
      case EXCLUSION -> {
        byHand.add("constraint " + constraint.name());
        yield Optional.empty();
      }
    };
  }

  /** What stands between the parentheses of {@code CHECK (...)}. */
  private static String inside(String definition) {
    return definition.substring(definition.indexOf('(') + 1, definition.lastIndexOf(')'));
  }

  /** What a reference does when the row that it points to changes, and when it is looked at. */
  static String actions(ConstraintDefinition constraint) {
    StringBuilder text = new StringBuilder();
    ConstraintDefinition.Reference to = constraint.references();
    if (to.onUpdate() == null && to.onDelete() == null) {
      Matcher action = ACTION.matcher(constraint.definition());
      while (action.find()) {
        text.append(action.group().toUpperCase(Locale.ROOT));
      }
    } else {
      text.append(action(" ON UPDATE ", to.onUpdate()))
          .append(action(" ON DELETE ", to.onDelete()));
    }
    if (constraint.deferrable()) {
      text.append(" DEFERRABLE");
      text.append(constraint.initiallyDeferred() ? " INITIALLY DEFERRED" : "");
    }
    return text.toString();
  }

  private static String action(String when, String what) {
    return what == null || what.equals("NO ACTION") ? "" : when + what;
  }

  private static String list(List<String> names) {
    return names.stream().map(SqliteDialect::quoted).collect(Collectors.joining(", ", "(", ")"));
  }

  Optional<String> index(TableDefinition table, IndexDefinition index) {
    List<String> keys = new ArrayList<>();
    boolean fits = index.method().equals("btree") && index.included().isEmpty();
    for (IndexDefinition.Key key : index.keys()) {
      Optional<String> expression =
          expression(table, key.expression(), "a key of index", index.name());
      fits &= key.operatorClass() == null && expression.isPresent();
      if (fits) {
        keys.add(
            expression.get()
                + (key.collation() == null ? "" : " COLLATE " + key.collation())
                + ("DESC".equals(key.order()) ? " DESC" : ""));
      }
    }
    Optional<String> predicate =
        index.predicate() == null
            ? Optional.of("")
            : expression(table, index.predicate(), "the rows of index", index.name())
                .map(text -> " WHERE " + text);
    if (!fits || predicate.isEmpty()) {
      byHand.add("index " + index.name());
      return Optional.empty();
    }
    return Optional.of(
        "CREATE %sINDEX %s ON %s (%s)%s"
            .formatted(
                index.unique() ? "UNIQUE " : "",
                SqliteDialect.quoted(index.name()),
                SqliteDialect.quoted(table.name().name()),
                String.join(", ", keys),
                predicate.get()));
  }

  static String view(ViewDefinition view) {
    return "CREATE VIEW %s%s AS %s"
        .formatted(
            SqliteDialect.quoted(view.name().name()),
            view.columns().isEmpty() ? "" : " " + list(view.columns()),
            view.query());
  }
}
