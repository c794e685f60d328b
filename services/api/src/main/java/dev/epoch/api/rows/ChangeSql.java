package dev.epoch.api.rows;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * Changes of a table as statements of PostgreSQL, which bring about what they tell of. The table is
 * named without a schema, so that they can be run in a session on a branch too. Strings have
 * backslashes as they are: {@code standard_conforming_strings} is on, as it is unless somebody
 * changed it.
 */
public final class ChangeSql {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  /** Words that PostgreSQL does not take for a name, or not everywhere; quoted to be sure. */
  private static final Set<String> QUOTED =
      Set.of(
          "all",
          "analyse",
          "analyze",
          "and",
          "any",
          "array",
          "as",
          "asc",
          "asymmetric",
          "both",
          "case",
          "cast",
          "check",
          "collate",
          "column",
          "constraint",
          "create",
          "current_date",
          "current_role",
          "current_time",
          "current_timestamp",
          "current_user",
          "default",
          "deferrable",
          "desc",
          "distinct",
          "do",
          "else",
          "end",
          "except",
          "false",
          "fetch",
          "for",
          "foreign",
          "from",
          "grant",
          "group",
          "having",
          "in",
          "initially",
          "intersect",
          "into",
          "lateral",
          "leading",
          "limit",
          "localtime",
          "localtimestamp",
          "not",
          "null",
          "offset",
          "on",
          "only",
          "or",
          "order",
          "placing",
          "primary",
          "references",
          "returning",
          "select",
          "session_user",
          "some",
          "symmetric",
          "system_user",
          "table",
          "then",
          "to",
          "trailing",
          "true",
          "union",
          "unique",
          "user",
          "using",
          "variadic",
          "when",
          "where",
          "window",
          "with",
          "authorization",
          "binary",
          "concurrently",
          "cross",
          "freeze",
          "full",
          "ilike",
          "inner",
          "is",
          "isnull",
          "join",
          "left",
          "like",
          "natural",
          "notnull",
          "outer",
          "overlaps",
          "right",
          "similar",
          "tablesample",
          "verbose");

  private final String table;
  private final TableSchema schema;
  private final String overriding;

  /**
   * @param table its name in the database
   */
  public ChangeSql(String table, TableSchema schema) {
    this.table = identifier(table);
    this.schema = schema;
    this.overriding =
        schema.columns().stream().anyMatch(column -> "always".equals(column.identity()))
            ? " OVERRIDING SYSTEM VALUE"
            : "";
  }

  /** One statement, ended by a semicolon and a line feed. */
  public String statement(RowChange change) {
    return switch (change.kind()) {
      case INSERT -> insert(change.after());
      case UPDATE -> update(change);
      case DELETE -> "DELETE FROM " + table + where(change.before()) + ";\n";
    };
  }

  private String insert(Row row) {
    StringJoiner names = new StringJoiner(", ");
    StringJoiner values = new StringJoiner(", ");
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      if (!column.generated()) {
        names.add(identifier(column.name()));
        values.add(literal(column, row.get(i)));
      }
    }
    return "INSERT INTO " + table + " (" + names + ")" + overriding + " VALUES (" + values + ");\n";
  }

  private String update(RowChange change) {
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      String value = change.after().get(i);
      if (!column.generated() && !java.util.Objects.equals(change.before().get(i), value)) {
        settings.add(identifier(column.name()) + " = " + literal(column, value));
      }
    }
    return settings.isEmpty()
        ? ""
        : "UPDATE " + table + " SET " + String.join(", ", settings) + where(change.after()) + ";\n";
  }

  private String where(Row row) {
    StringJoiner conditions = new StringJoiner(" AND ", " WHERE ", "");
    for (int i : schema.keyIndexes()) {
      Column column = schema.columns().get(i);
      conditions.add(identifier(column.name()) + " = " + literal(column, row.get(i)));
    }
    return conditions.toString();
  }

  private static String literal(Column column, String text) {
    if (text == null) {
      return "NULL";
    }
    DataType.Kind kind = column.type().base().kind();
    boolean number = kind == DataType.Kind.INTEGER || kind == DataType.Kind.DECIMAL;
    return number && NUMBER.matcher(text).matches() ? text : "'" + text.replace("'", "''") + "'";
  }

  private static String identifier(String name) {
    return PLAIN.matcher(name).matches() && !QUOTED.contains(name)
        ? name
        : "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
