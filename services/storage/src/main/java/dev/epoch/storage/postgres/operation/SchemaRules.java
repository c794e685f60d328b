package dev.epoch.storage.postgres.operation;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.ConstraintViolationsException.Violation;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.operation.Operation.MergeRows;
import dev.epoch.storage.operation.Operation.SchemaStep;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.RefusedByTrigger;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.RowMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Looks whether rows of a merge, which are written, keep what the merged schema demands and one of
 * the sides never did: all rows of the table, since those that the merge did not write may break it
 * too.
 */
final class SchemaRules {
  private static final Pattern CHECK =
      Pattern.compile("CHECK (\\(.*\\))( NO INHERIT)?( NOT VALID)?", Pattern.DOTALL);

  private static final Pattern INDEX =
      Pattern.compile("^CREATE UNIQUE INDEX .*? ON .*? USING ", Pattern.DOTALL);

  /** A table of the moment, which an index of the branch is made on. */
  private static final String ASKED = "pg_temp.epoch_asked";

  private final Session session;
  private final MergeValidation.OtherTables others;
  private final List<OperationTable> tables;
  private final List<Violation> violations = new ArrayList<>();

  SchemaRules(Session session, MergeValidation.OtherTables others, List<OperationTable> tables) {
    this.session = session;
    this.others = others;
    this.tables = tables;
  }

  /** Fails with {@link ConstraintViolationsException} if there are rows that do not. */
  void check() {
    for (OperationTable table : tables) {
      if (table.operation() instanceof MergeRows merge && merge.step() != null) {
        try {
          check(table, merge.step());
        } catch (RuntimeException e) {
          throw RefusedByTrigger.of(e);
        }
      }
    }
    if (!violations.isEmpty()) {
      throw new ConstraintViolationsException(violations);
    }
  }

  private void check(OperationTable table, SchemaStep step) {
    TableSchema schema = step.schema();
    for (String column : step.notNull()) {
      find(
          table,
          schema,
          column,
          "SELECT %s FROM (%s) r WHERE r.%s IS NOT DISTINCT FROM NULL"
              .formatted(key(schema), rows(table, schema, null), Quote.identifier(column)),
          "has no " + column);
    }
    schema.indexes().stream()
        .filter(index -> index.unique() && step.constraints().contains(index.name()))
        .forEach(index -> index(table, schema, index));
    if (!table.branch().isDefault()) {
      domains(table, schema, step);
    }
    for (Constraint constraint : schema.constraints()) {
      if (!step.constraints().contains(constraint.name())) {
        continue;
      }
      if (constraint.kind() == Constraint.Kind.EXCLUSION) {
        exclude(table, schema, constraint);
      } else {
        try (CheckedTypes types = new CheckedTypes(session, schema, physical(table, schema))) {
          find(
              table,
              schema,
              constraint.name(),
              breaking(table, schema, constraint, types),
              "breaks " + constraint.name() + ": " + constraint.definition());
        }
      }
    }
  }

  /** The database itself asks rows of a live table what its domains demand. */
  private void domains(OperationTable table, TableSchema schema, SchemaStep step) {
    try (CheckedTypes types = new CheckedTypes(session, schema, physical(table, schema))) {
      for (Column column : schema.columns()) {
        if (column.type().kind() == DataType.Kind.DOMAIN
            && step.constraints().contains(column.type().name())) {
          String value = "r." + Quote.identifier(column.name());
          find(
              table,
              schema,
              column.name(),
              "SELECT %s FROM (%s) r WHERE NOT epoch.keeps_domain(%s::text, %s)"
                  .formatted(
                      key(schema),
                      rows(table, schema, null),
                      value,
                      Quote.literal(types.told(column.type().name()))),
              "has a value of "
                  + column.name()
                  + " that its type "
                  + column.type().name()
                  + " does not take");
        }
      }
    }
  }

  /** The database itself asks rows of a live table; those of a branch by an index that it drops. */
  private void exclude(OperationTable table, TableSchema schema, Constraint constraint) {
    if (table.branch().isDefault()) {
      return;
    }
    withRows(
        table,
        schema,
        "ALTER TABLE %s ADD CONSTRAINT %s %s"
            .formatted(
                ASKED,
                Quote.identifier(constraint.name()),
                MadeObjects.placed(session, table.branch(), constraint.definition())));
  }

  /** A unique index that is no constraint: the same. */
  private void index(OperationTable table, TableSchema schema, Index index) {
    if (!table.branch().isDefault()) {
      withRows(
          table,
          schema,
          INDEX
              .matcher(MadeObjects.placed(session, table.branch(), index.definition()))
              .replaceFirst(
                  Matcher.quoteReplacement(
                      "CREATE UNIQUE INDEX %s ON %s USING "
                          .formatted(Quote.identifier(index.name()), ASKED))));
    }
  }

  private void withRows(OperationTable table, TableSchema schema, String statement) {
    session.run(
        "CREATE TEMPORARY TABLE epoch_asked AS SELECT * FROM (%s) r; %s; DROP TABLE %s"
            .formatted(rows(table, schema, null), statement, ASKED));
  }

  /** The schema with the columns that rows of the table have here. */
  private static TableSchema physical(OperationTable table, TableSchema schema) {
    return table.branch().isDefault() ? schema : table.handle().schema();
  }

  private String breaking(
      OperationTable table, TableSchema schema, Constraint constraint, CheckedTypes types) {
    String rows = rows(table, schema, types);
    List<String> columns = constraint.columns().stream().map(Quote::identifier).toList();
    return switch (constraint.kind()) {
      case CHECK -> {
        Matcher check = CHECK.matcher(constraint.definition());
        if (!check.matches()) {
          throw unknown(constraint);
        }
        yield "SELECT %s FROM (%s) r WHERE NOT %s"
            .formatted(
                key(schema),
                rows,
                types.told(MadeObjects.placed(session, table.branch(), check.group(1))));
      }
      case UNIQUE -> {
        boolean nulls = constraint.definition().contains("NULLS NOT DISTINCT");
        yield """
        SELECT %s FROM (
          SELECT u.*, count(*) OVER (PARTITION BY %s) AS epoch_alike FROM (%s) u WHERE %s
        ) r WHERE r.epoch_alike > 1\
        """
            .formatted(
                key(schema),
                String.join(", ", columns),
                rows,
                nulls ? "TRUE" : each(columns, c -> "u." + c + " IS NOT NULL"));
      }
      case FOREIGN_KEY -> {
        List<String> referenced =
            constraint.referencesColumns().stream().map(Quote::identifier).toList();
        List<String> same = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
          same.add("p." + referenced.get(i) + " = r." + columns.get(i));
        }
        yield "SELECT %s FROM (%s) r WHERE %s AND NOT EXISTS (SELECT FROM (%s) p WHERE %s)"
            .formatted(
                key(schema),
                rows,
                each(columns, c -> "r." + c + " IS NOT NULL"),
                referenced(table, constraint),
                String.join(" AND ", same));
      }
      // columns tell these, keys are not changed, and indexes exclude
      case EXCLUSION, NOT_NULL, PRIMARY_KEY ->
          "SELECT %s FROM (%s) r WHERE FALSE".formatted(key(schema), rows);
    };
  }

  private static QueryRefusedException unknown(Constraint constraint) {
    return new QueryRefusedException(
        "Rows cannot be asked whether they keep %s: %s"
            .formatted(constraint.name(), constraint.definition()),
        "Drop the constraint on the source, merge, and add it then");
  }

  private static String each(
      List<String> columns, java.util.function.Function<String, String> condition) {
    return columns.stream().map(condition).collect(Collectors.joining(" AND "));
  }

  private static String key(TableSchema schema) {
    return schema.primaryKey().stream()
        .map(name -> "r." + Quote.identifier(name) + "::text")
        .collect(Collectors.joining(", "));
  }

  /**
   * All rows of the table after the merge, under the names of the schema.
   *
   * @param types null where types do not matter
   */
  private String rows(OperationTable table, TableSchema schema, CheckedTypes types) {
    if (table.branch().isDefault()) {
      return "SELECT * FROM " + table.live().rows();
    }
    List<Column> physical = table.handle().schema().columns();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < physical.size(); i++) {
      Column column = schema.columns().get(i);
      String value = "x." + Quote.identifier(physical.get(i).name());
      columns.add(
          "%s AS %s"
              .formatted(
                  types == null ? value : types.value(value, column, physical.get(i)),
                  Quote.identifier(column.name())));
    }
    return "SELECT %s FROM (%s) x"
        .formatted(String.join(", ", columns), layered(table, table.id()));
  }

  private String layered(OperationTable table, String id) {
    return session
        .first(
            "SELECT epoch.branch_select($1, $2)", row -> row.getString(0), table.branch().id(), id)
        .orElseThrow();
  }

  private String referenced(OperationTable table, Constraint constraint) {
    String name = constraint.referencesTable();
    int dot = name.indexOf('.');
    TablePath path =
        dot < 0
            ? new TablePath(table.handle().path().schema(), name)
            : new TablePath(name.substring(0, dot), name.substring(dot + 1));
    if (path.equals(table.handle().path())) {
      return rows(table, ((MergeRows) table.operation()).step().schema(), null);
    }
    Optional<MergeValidation.OtherTables.Visible> there =
        table.branch().isDefault() ? Optional.empty() : others.visible(path);
    return there
        .filter(visible -> !(visible.state() instanceof PhysicalState.Nothing))
        .map(visible -> layered(table, visible.table().id()))
        .orElse("SELECT * FROM " + Quote.qualified(path.schema(), path.table()));
  }

  private void find(
      OperationTable table, TableSchema schema, String rule, String query, String what) {
    int left = MergeValidation.MOST - violations.size();
    if (left <= 0) {
      return;
    }
    int width = schema.primaryKey().size();
    session
        .list(query + " LIMIT " + left, row -> RowMapping.key(row, 0, width))
        .forEach(key ->
            violations.add(new Violation(table.id(), key, rule, "The row " + key + " " + what)));
  }
}
