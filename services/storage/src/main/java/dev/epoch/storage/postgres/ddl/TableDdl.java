package dev.epoch.storage.postgres.ddl;

import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.PolicyDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tables and their parts as PostgreSQL creates them. */
final class TableDdl {
  private TableDdl() {}

  /** The table with the constraints that it can have from the first moment on. */
  static String create(TableDefinition table, List<ConstraintDefinition> constraints) {
    List<String> parts = new ArrayList<>();
    if (table.partitionOf() == null) {
      table.columns().forEach(column -> parts.add(column(column)));
    }
    constraints.forEach(constraint ->
        parts.add("CONSTRAINT " + Names.quote(constraint.name()) + " " + definition(constraint)));
    String body =
        parts.isEmpty()
            ? ""
            : parts.stream().collect(Collectors.joining(",\n    ", "\n    ", "\n"));
    StringBuilder sql =
        new StringBuilder(table.unlogged() ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ");
    sql.append(Names.of(table.name()));
    if (table.partitionOf() == null) {
      sql.append(" (").append(body).append(')');
    } else {
      sql.append(" PARTITION OF ").append(Names.of(table.partitionOf().parent()));
      sql.append(body.isEmpty() ? "" : " (" + body + ")");
      sql.append(' ').append(table.partitionOf().bound());
    }
    if (table.partitioning() != null) {
      sql.append(" PARTITION BY ").append(table.partitioning());
    }
    if (!table.storageParameters().isEmpty()) {
      sql.append(" WITH (").append(parameters(table.storageParameters())).append(')');
    }
    return sql.toString();
  }

  /** A column as it stands in CREATE TABLE and behind ADD COLUMN. */
  static String column(ColumnDefinition column) {
    StringBuilder sql =
        new StringBuilder(Names.quote(column.name())).append(' ').append(type(column));
    if (column.generated() != null) {
      sql.append(" GENERATED ALWAYS AS (")
          .append(column.generated().expression())
          .append(column.generated().stored() ? ") STORED" : ") VIRTUAL");
    }
    if (column.identity() != null) {
      sql.append(' ').append(identity(column.identity()));
    }
    if (column.defaultValue() != null) {
      sql.append(" DEFAULT ").append(column.defaultValue().expression());
    }
    if (!column.nullable()) {
      sql.append(" NOT NULL");
    }
    return sql.toString();
  }

  static String type(ColumnDefinition column) {
    return column.collation() == null
        ? column.type()
        : column.type() + " COLLATE " + collation(column.collation());
  }

  /** A collation that the database printed is quoted already; one that was written is not. */
  static String collation(String collation) {
    return collation.indexOf('"') >= 0 || collation.indexOf('.') >= 0
        ? collation
        : Names.quote(collation);
  }

  static String identity(ColumnDefinition.Identity identity) {
    return "GENERATED "
        + (identity.always() ? "ALWAYS" : "BY DEFAULT")
        + " AS IDENTITY ("
        + ObjectDdl.options(identity.sequence())
        + ")";
  }

  /** What stands behind {@code CONSTRAINT name}. */
  static String definition(ConstraintDefinition constraint) {
    String text = constraint.definition();
    StringBuilder sql = new StringBuilder(withoutNotValid(text));
    if (constraint.deferrable() && !text.contains(" DEFERRABLE")) {
      sql.append(constraint.initiallyDeferred() ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE");
    }
    return constraint.validated() ? sql.toString() : sql + " NOT VALID";
  }

  static String withoutNotValid(String definition) {
    return definition.endsWith(" NOT VALID")
        ? definition.substring(0, definition.length() - " NOT VALID".length())
        : definition;
  }

  static String index(ObjectName table, String name, IndexDefinition index, boolean concurrently) {
    StringBuilder sql =
        new StringBuilder(index.unique() ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    sql.append(concurrently ? "CONCURRENTLY " : "");
    sql.append(Names.quote(name)).append(" ON ").append(Names.of(table));
    return sql.append(' ').append(indexKeys(index)).toString();
  }

  /** What stands behind the table's name. */
  static String indexKeys(IndexDefinition index) {
    StringBuilder sql = new StringBuilder();
    if (!index.method().equals("btree")) {
      sql.append("USING ").append(Names.quote(index.method())).append(' ');
    }
    sql.append(
        index.keys().stream().map(TableDdl::key).collect(Collectors.joining(", ", "(", ")")));
    if (!index.included().isEmpty()) {
      sql.append(" INCLUDE (").append(Names.list(index.included())).append(')');
    }
    if (index.nullsNotDistinct()) {
      sql.append(" NULLS NOT DISTINCT");
    }
    if (!index.parameters().isEmpty()) {
      sql.append(" WITH (").append(parameters(index.parameters())).append(')');
    }
    if (index.predicate() != null) {
      sql.append(" WHERE ").append(index.predicate());
    }
    return sql.toString();
  }

  /** Whether it is a column or the call of a function, which need no parentheses. */
  private static boolean bare(String expression) {
    if (expression.matches("[a-z_][a-z0-9_$]*|\"(?:[^\"]|\"\")*\"")) {
      return true;
    }
    if (!expression.matches("(?s)[a-z_][a-z0-9_.$]*\\(.*\\)") || expression.startsWith("case")) {
      return false;
    }
    int depth = 0;
    for (int i = 0; i < expression.length() - 1; i++) {
      char c = expression.charAt(i);
      if (c == '\'' || c == '"') {
        return false;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth == 0 && c == ')') {
        return false;
      }
    }
    return true;
  }

  private static String key(IndexDefinition.Key key) {
    StringBuilder sql =
        new StringBuilder(bare(key.expression()) ? key.expression() : "(" + key.expression() + ")");
    if (key.collation() != null) {
      sql.append(" COLLATE ").append(collation(key.collation()));
    }
    if (key.operatorClass() != null) {
      sql.append(' ').append(key.operatorClass());
    }
    boolean descending = "DESC".equals(key.order());
    sql.append(descending ? " DESC" : "");
    if (key.nulls() != null && !key.nulls().equals(descending ? "FIRST" : "LAST")) {
      sql.append(" NULLS ").append(key.nulls());
    }
    return sql.toString();
  }

  static String policy(ObjectName table, PolicyDefinition policy) {
    StringBuilder sql =
        new StringBuilder("CREATE POLICY ")
            .append(Names.quote(policy.name()))
            .append(" ON ")
            .append(Names.of(table));
    return sql.append(' ').append(definition(policy)).toString();
  }

  /** What a policy says: {@code FOR SELECT TO PUBLIC USING (true)}. */
  static String definition(PolicyDefinition policy) {
    StringBuilder sql = new StringBuilder(policy.permissive() ? "" : "AS RESTRICTIVE ");
    sql.append("FOR ").append(policy.command());
    sql.append(" TO ")
        .append(policy.roles().stream().map(Names::role).collect(Collectors.joining(", ")));
    if (policy.using() != null) {
      sql.append(" USING (").append(policy.using()).append(')');
    }
    if (policy.withCheck() != null) {
      sql.append(" WITH CHECK (").append(policy.withCheck()).append(')');
    }
    return sql.toString();
  }

  static String parameters(Map<String, String> parameters) {
    return new TreeMap<>(parameters)
        .entrySet().stream()
            .map(entry -> entry.getKey() + " = " + Names.literal(entry.getValue()))
            .collect(Collectors.joining(", "));
  }
}
