package dev.epoch.storage.mysql.ddl;

import static dev.epoch.storage.mysql.ddl.MySqlExpression.quoted;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Kind;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** Tables and their parts, as MySQL defines them. */
final class MySqlTable {
  /** Of long values an index has so many characters. */
  private static final String PREFIX = "(255)";

  private final DatabaseSchema schema;
  private final SequencedSet<String> unsupported;

  MySqlTable(DatabaseSchema schema, SequencedSet<String> unsupported) {
    this.schema = schema;
    this.unsupported = unsupported;
  }

  /** With its keys and checks; foreign keys and indexes come behind. */
  String create(TableDefinition table) {
    List<String> parts = new ArrayList<>();
    table.columns().forEach(column -> column(table, column).ifPresent(parts::add));
    table.constraints().stream()
        .filter(constraint -> constraint.kind() != Kind.FOREIGN_KEY)
        .forEach(constraint -> constraint(table, constraint).ifPresent(parts::add));
    String comment = table.comment() == null ? "" : " COMMENT = " + literal(table.comment());
    return "CREATE TABLE %s (\n  %s\n)%s"
        .formatted(quoted(table.name().name()), String.join(",\n  ", parts), comment);
  }

  Optional<String> column(TableDefinition table, ColumnDefinition column) {
    String place = table.name().name() + "." + column.name();
    Optional<String> type = MySqlType.of(column.type(), schema);
    if (type.isEmpty()) {
      unsupported.add("column %s of type %s".formatted(place, column.type()));
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder(quoted(column.name())).append(' ').append(type.get());
    if (column.generated() != null) {
      Optional<String> expression = MySqlExpression.of(column.generated().expression());
      if (expression.isEmpty()) {
        unsupported.add("column %s AS (%s)".formatted(place, column.generated().expression()));
        return Optional.empty();
      }
      text.append(" GENERATED ALWAYS AS (").append(expression.get()).append(')');
      text.append(column.generated().stored() ? " STORED" : " VIRTUAL");
    }
    if (!column.nullable()) {
      text.append(" NOT NULL");
    }
    boolean counts =
        column.identity() != null
            || column.defaultValue() != null
                && column.defaultValue().kind() == DefaultKind.SEQUENCE;
    if (counts) {
      text.append(" AUTO_INCREMENT");
    } else if (column.defaultValue() != null) {
      defaultValue(column, type.get(), place).ifPresent(text::append);
    }
    if (column.comment() != null) {
      text.append(" COMMENT ").append(literal(column.comment()));
    }
    return Optional.of(text.toString());
  }

  /**
   * Literals as such, unless the type takes expressions only; the time; the rest in parentheses.
   */
  private Optional<String> defaultValue(ColumnDefinition column, String type, String place) {
    String given = column.defaultValue().expression();
    Optional<String> expression = MySqlExpression.of(given);
    if (expression.isEmpty()) {
      unsupported.add("default of column %s: %s".formatted(place, given));
      return Optional.empty();
    }
    boolean plain =
        column.defaultValue().kind() == DefaultKind.LITERAL && !MySqlType.isLong(type)
            || expression.get().equals("CURRENT_TIMESTAMP(6)") && type.equals("DATETIME(6)");
    return Optional.of(" DEFAULT " + (plain ? expression.get() : "(" + expression.get() + ")"));
  }

  Optional<String> constraint(TableDefinition table, ConstraintDefinition constraint) {
    String name = "CONSTRAINT " + quoted(constraint.name()) + " ";
    return switch (constraint.kind()) {
      case PRIMARY_KEY -> Optional.of("PRIMARY KEY " + columns(table, constraint.columns()));
      case UNIQUE -> {
        if (constraint.nullsNotDistinct()) {
          unsupported.add("NULLS NOT DISTINCT of constraint " + constraint.name());
        }
        yield Optional.of(name + "UNIQUE " + columns(table, constraint.columns()));
      }
      case CHECK -> {
        String definition = constraint.definition();
        Optional<String> expression =
            MySqlExpression.of(
                definition.substring(definition.indexOf('('), definition.lastIndexOf(')') + 1));
        if (expression.isEmpty()) {
          unsupported.add("constraint %s: %s".formatted(constraint.name(), definition));
        }
        yield expression.map(text -> name + "CHECK " + text);
      }
      case FOREIGN_KEY -> {
        ConstraintDefinition.Reference to = constraint.references();
        yield Optional.of(
            name
                + "FOREIGN KEY "
                + names(constraint.columns())
                + " REFERENCES "
                + quoted(to.table().name())
                + " "
                + names(to.columns())
                + action(constraint, " ON DELETE ", to.onDelete())
                + action(constraint, " ON UPDATE ", to.onUpdate()));
      }
      case EXCLUSION -> {
        unsupported.add("constraint %s: %s".formatted(constraint.name(), constraint.definition()));
        yield Optional.empty();
      }
    };
  }

  private String action(ConstraintDefinition constraint, String when, String action) {
    if (action == null || action.equals("NO ACTION")) {
      return "";
    }
    if (action.startsWith("SET DEFAULT")) {
      unsupported.add("SET DEFAULT of constraint " + constraint.name());
      return "";
    }
    return when + action;
  }

  Optional<String> index(TableDefinition table, IndexDefinition index) {
    List<String> keys = new ArrayList<>();
    boolean plain =
        index.method().equals("btree") && index.predicate() == null && index.included().isEmpty();
    for (IndexDefinition.Key key : index.keys()) {
      String name = key.expression().replace("\"", "");
      Optional<String> text =
          table.column(name).isPresent()
              ? Optional.of(key(table, name))
              : MySqlExpression.of(key.expression()).map(expression -> "(" + expression + ")");
      plain &= text.isPresent();
      keys.add(text.orElse("") + ("DESC".equals(key.order()) ? " DESC" : ""));
    }
    if (!plain) {
      unsupported.add("index " + index.name());
      return Optional.empty();
    }
    return Optional.of(
        "CREATE %sINDEX %s ON %s (%s)"
            .formatted(
                index.unique() ? "UNIQUE " : "",
                quoted(index.name()),
                quoted(table.name().name()),
                String.join(", ", keys)));
  }

  private String columns(TableDefinition table, List<String> names) {
    return names.stream().map(name -> key(table, name)).collect(Collectors.joining(", ", "(", ")"));
  }

  private String key(TableDefinition table, String column) {
    boolean cut =
        table
            .column(column)
            .flatMap(found -> MySqlType.of(found.type(), schema))
            .filter(MySqlType::isLong)
            .isPresent();
    if (cut) {
      unsupported.add(
          "an index has the first 255 characters only of %s.%s"
              .formatted(table.name().name(), column));
    }
    return quoted(column) + (cut ? PREFIX : "");
  }

  private static String names(List<String> columns) {
    return columns.stream()
        .map(MySqlExpression::quoted)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String literal(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
