package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.connection.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Enums of a branch's own, which columns of a table have there, and what the log calls them: as
 * they will be called beside the live table ({@code own_types.sql}).
 */
public final class OwnEnums {
  private static final String TYPES =
      """
      SELECT DISTINCT epoch.enum_of(a.atttypid)::regtype::text, regexp_replace(o.stands_for, '\\[\\]$', '')
      FROM epoch.open_columns AS o
      JOIN epoch.branch_tables AS p ON p.branch_id = o.branch_id AND p.table_id = o.table_id
      JOIN pg_attribute AS a ON a.attrelid = to_regclass(p.open_relation) AND a.attnum = o.number
      WHERE o.branch_id = $1 AND o.table_id = $2 AND o.stands_for IS NOT NULL\
      """;

  private record Named(String own, Pattern ownTold, String home, Pattern homeTold) {
    static Named of(String own, String home) {
      return new Named(own, told(own), home, told(home));
    }

    private static Pattern told(String name) {
      return Pattern.compile("(?<![\\w$\".])" + Pattern.quote(name) + "(?![\\w$\"])");
    }
  }

  private final List<Named> types;

  private OwnEnums(List<Named> types) {
    this.types = types;
  }

  /** Those of a table that is open; none of a layered one. */
  public static OwnEnums of(Session session, BranchHandle branch, TableHandle table) {
    return new OwnEnums(
        session.list(
            TYPES, row -> Named.of(row.getString(0), row.getString(1)), branch.id(), table.id()));
  }

  /** A column of the open table as the log has it. */
  Column atHome(Column column) {
    return types.isEmpty()
        ? column
        : new Column(
            column.id(),
            column.name(),
            atHome(column.type()),
            column.nullable(),
            atHome(column.defaultExpression()),
            atHome(column.generatedExpression()),
            column.identity(),
            column.initialDefault(),
            column.filled());
  }

  Constraint atHome(Constraint constraint) {
    return types.isEmpty()
        ? constraint
        : new Constraint(
            constraint.name(),
            constraint.kind(),
            constraint.columns(),
            atHome(constraint.definition()),
            constraint.referencesTable(),
            constraint.referencesColumns(),
            constraint.deferrable());
  }

  private DataType atHome(DataType type) {
    return new DataType(
        type.kind(),
        atHome(type.name()),
        type.element() == null ? null : atHome(type.element()),
        type.fields(),
        type.labels());
  }

  /** A text about the open table as the log has it, null for null. */
  String atHome(String told) {
    String result = told;
    for (Named type : types) {
      result = replaced(result, type.ownTold(), type.home());
    }
    return result;
  }

  private static String replaced(String told, Pattern name, String by) {
    return told == null ? null : name.matcher(told).replaceAll(Matcher.quoteReplacement(by));
  }

  /** The table with the types that its columns have in the open table. */
  public TableHandle placed(TableHandle table) {
    if (types.isEmpty()) {
      return table;
    }
    TableSchema schema = table.schema();
    List<Column> columns = new ArrayList<>();
    schema.columns().forEach(column -> columns.add(KeptEnums.typed(column, placed(column.type()))));
    return table.with(
        new TableSchema(columns, schema.primaryKey(), schema.constraints(), schema.indexes()));
  }

  private DataType placed(DataType type) {
    String name = type.name();
    for (Named named : types) {
      name = replaced(name, named.homeTold(), named.own());
    }
    return new DataType(
        type.kind(),
        name,
        type.element() == null ? null : placed(type.element()),
        type.fields(),
        type.labels());
  }
}
