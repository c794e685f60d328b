package dev.epoch.storage.sqlite;

import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.ColumnDefinition.ColumnDefault;
import dev.epoch.model.schema.object.ColumnDefinition.DefaultKind;
import dev.epoch.model.schema.object.ColumnDefinition.Generated;
import dev.epoch.model.schema.object.ColumnDefinition.Identity;
import dev.epoch.model.schema.object.ConstraintDefinition;
import dev.epoch.model.schema.object.ConstraintDefinition.Reference;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.IndexDefinition;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceOptions;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.TriggerDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.relational.LiveColumn;
import dev.epoch.storage.relational.LiveTable;
import dev.epoch.storage.sqlite.SqliteTokens.Token;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All that users have in a file: tables, with what only SQLite has of them, and views. */
final class SqliteSchemas {
  private static final SequenceOptions ROWS =
      new SequenceOptions(1, 1, 1, Long.MAX_VALUE, 1, false);

  private final Connection connection;
  private final SqliteCatalog catalog = new SqliteCatalog();

  SqliteSchemas(Connection connection) {
    this.connection = connection;
  }

  DatabaseSchema read() throws SQLException {
    List<SchemaObject> objects = new ArrayList<>();
    for (TablePath path : catalog.tables(connection)) {
      objects.add(table(catalog.table(connection, path).orElseThrow()));
    }
    for (String[] view : rows("SELECT name, sql FROM sqlite_schema WHERE type = 'view'")) {
      objects.add(view(view[0], view[1]));
    }
    return DatabaseSchema.of(objects);
  }

  private TableDefinition table(LiveTable live) throws SQLException {
    CreateTableText text = CreateTableText.of(live.definition());
    Map<String, String[]> raw = new HashMap<>();
    for (String[] row :
        rows("SELECT name, \"notnull\", hidden FROM pragma_table_xinfo(?)", live.path().table())) {
      raw.put(row[0], row);
    }
    List<ColumnDefinition> columns =
        live.columns().stream().map(column -> column(column, raw.get(column.name()))).toList();
    Map<String, String> parameters = new TreeMap<>();
    if (text.withoutRowid()) {
      parameters.put(SqliteTableText.WITHOUT_ROWID, "true");
    }
    if (text.autoincrement()) {
      parameters.put(SqliteTableText.AUTOINCREMENT, "true");
    }
    if (text.hasConflictClause()) {
      parameters.put(SqliteTableText.CONFLICT, "ON CONFLICT of its constraints");
    }
    String strict = "SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name = ?";
    if (rows(strict, live.path().table()).getFirst()[0].equals("1")) {
      parameters.put(SqliteTableText.STRICT, "true");
    }
    return new TableDefinition(
        new ObjectName(live.path().schema(), live.path().table()),
        columns,
        live.constraints().stream().map(SqliteSchemas::constraint).toList(),
        live.indexes().stream().map(SqliteSchemas::index).toList(),
        triggers(live.path().table()),
        List.of(),
        TableDefinition.RowSecurity.NONE,
        null,
        null,
        false,
        parameters,
        null,
        List.of(),
        Set.of());
  }

  private static ColumnDefinition column(LiveColumn live, String[] raw) {
    String value = live.defaultExpression();
    boolean constant = value != null && SqliteExpression.isConstant(value);
    return new ColumnDefinition(
        live.name(),
        live.name(),
        live.type().name(),
        raw[1].equals("0"),
        value == null
            ? null
            : new ColumnDefault(
                value, constant ? DefaultKind.LITERAL : DefaultKind.EXPRESSION, constant),
        live.generated() == null ? null : new Generated(live.generated(), raw[2].equals("3")),
        live.identity() ? new Identity(false, ROWS) : null,
        live.collation(),
        null);
  }

  private static ConstraintDefinition constraint(Constraint constraint) {
    String[] to =
        constraint.referencesTable() == null ? null : constraint.referencesTable().split("\\.", 2);
    return new ConstraintDefinition(
        constraint.name(),
        ConstraintDefinition.Kind.valueOf(constraint.kind().name()),
        constraint.definition(),
        constraint.columns(),
        to == null
            ? null
            : new Reference(
                new ObjectName(to[0], to[1]), constraint.referencesColumns(), null, null, null),
        false,
        constraint.deferrable(),
        constraint.definition().endsWith("INITIALLY DEFERRED"),
        true,
        null);
  }

  private static IndexDefinition index(Index index) {
    CreateIndexText text = CreateIndexText.of(index.definition());
    return new IndexDefinition(
        index.name(),
        "btree",
        index.unique(),
        false,
        text.parts().stream()
            .map(part ->
                new IndexDefinition.Key(
                    part.expression(),
                    null,
                    part.collation(),
                    part.descending() ? "DESC" : "ASC",
                    part.descending() ? "FIRST" : "LAST"))
            .toList(),
        List.of(),
        text.predicate(),
        Map.of(),
        null);
  }

  private List<TriggerDefinition> triggers(String table) throws SQLException {
    List<TriggerDefinition> triggers = new ArrayList<>();
    for (String[] row :
        rows(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?"
                + " AND name NOT LIKE 'epoch\\_%' ESCAPE '\\' ORDER BY name",
            table)) {
      triggers.add(new TriggerDefinition(row[0], row[1], TriggerDefinition.Enabled.ORIGIN, null));
    }
    return triggers;
  }

  private ViewDefinition view(String name, String sql) throws SQLException {
    List<Token> tokens = SqliteTokens.of(sql);
    int as = 0;
    while (!tokens.get(as).is("as")) {
      as++;
    }
    List<String> columns =
        SqliteTokens.list(tokens.subList(0, as), 0).stream()
            .map(part -> part.getFirst().name())
            .toList();
    return new ViewDefinition(
        new ObjectName(SqliteCatalog.MAIN, name),
        false,
        columns,
        sql.substring(tokens.get(as).to()).strip(),
        Map.of(),
        List.of(),
        triggers(name),
        null,
        List.of(),
        Set.of());
  }

  private List<String[]> rows(String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      List<String[]> rows = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        String[] values = new String[row.getMetaData().getColumnCount()];
        while (row.next()) {
          for (int i = 0; i < values.length; i++) {
            values[i] = row.getString(i + 1);
          }
          rows.add(values.clone());
        }
      }
      return rows;
    }
  }
}
