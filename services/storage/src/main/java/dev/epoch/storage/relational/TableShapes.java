package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.relational.LayerTable.LayerColumn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The shapes of live tables, and how layers follow them. Columns are known by ids: the name that
 * they had first. Which live column is which follows renames, since the capture names the live
 * column beside the layer's ({@link Catalog#captured}).
 */
final class TableShapes {
  private TableShapes() {}

  static LiveTable read(RelationalSession session, TablePath path) {
    try {
      return session
          .store
          .catalog
          .table(session.connection, path)
          .orElseThrow(() -> new TableNotFoundException("There is no table " + path.table(), null));
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "read the shape of " + path);
    }
  }

  /** The schema of a table that is not registered. */
  static TableSchema introspect(LiveTable live, List<String> given) {
    List<String> key = given.isEmpty() ? live.key() : given;
    if (key.equals(List.of(TableSchema.ROW_ID))) {
      throw new NotVersionableException(
          "Rows of " + live.path().table() + " have no key, and this database gives them none",
          "Add a primary key, or name columns that tell rows apart (--key)");
    }
    if (key.isEmpty()) {
      throw new NoPrimaryKeyException(
          "Table " + live.path().table() + " has no primary key",
          "Add one, or name columns that tell rows apart (--key)");
    }
    for (String name : key) {
      if (live.column(name) == null) {
        throw new NoPrimaryKeyException(
            "Table " + live.path().table() + " has no column " + name, null);
      }
    }
    List<Column> columns =
        live.columns().stream().map(column -> column(column.name(), column, null, null)).toList();
    return new TableSchema(columns, key, live.constraints(), live.indexes());
  }

  private static Column column(String id, LiveColumn live, String initial, Boolean filled) {
    return new Column(
        id,
        live.name(),
        live.type(),
        live.nullable(),
        live.defaultExpression(),
        live.generated(),
        live.identity() ? "by default" : null,
        initial,
        filled);
  }

  /** A column as layer tables have it. */
  static LayerColumn layer(
      RelationalSession session, String name, Column column, LiveColumn live, boolean key) {
    return new LayerColumn(
        column.id(), name, name + " " + session.store.dialect.layerType(live, key), column);
  }

  /** The same registration with the names that its columns have in the live table now. */
  static LayerTable named(RelationalSession session, LayerTable table) {
    try {
      LiveTable live = session.store.catalog.table(session.connection, table.path()).orElse(null);
      return table.with(live == null ? Map.of() : names(session, table, live));
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "read the shape of " + table.path());
    }
  }

  /** Live names by id of column. */
  private static Map<String, String> names(
      RelationalSession session, LayerTable table, LiveTable live) throws SQLException {
    Map<String, String> captured =
        session.store.catalog.captured(session.connection, table.path(), table.number());
    Map<String, String> names = new HashMap<>();
    for (LayerColumn column : table.columns()) {
      String name = captured.isEmpty() ? column.column().name() : captured.get(column.name());
      if (name != null && live.column(name) != null) {
        names.put(column.id(), name);
      }
    }
    return names;
  }

  /** Where the schemas that tables have on a branch now are not those of the handles. */
  static Map<String, TableSchema> changed(
      RelationalSession session, BranchHandle branch, Collection<BranchTable> tables) {
    Map<String, TableSchema> changed = new TreeMap<>();
    if (!branch.isDefault()) {
      return changed;
    }
    for (BranchTable table : tables) {
      LayerTable layers = session.table(table.table());
      LiveTable live = read(session, layers.path());
      TableSchema schema = schema(follow(session, layers, live), live);
      if (!schema.equals(table.table().schema())) {
        changed.put(table.table().id(), schema);
      }
    }
    return changed;
  }

  /** Whether a live table looks otherwise than its layers and its capture know it. */
  static boolean hasMoved(RelationalSession session, LayerTable table) {
    LiveTable live = read(session, table.path());
    try {
      return session
              .store
              .catalog
              .captured(session.connection, table.path(), table.number())
              .isEmpty()
          || live.columns().stream().anyMatch(column -> !isKnown(table, column))
          || table.live().size() < currentlyCaptured(session, table);
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "read the capture of " + table.path());
    }
  }

  /**
   * Whether the capture is as Epoch made it; it goes with a table that another takes the place of.
   */
  static boolean isCaptured(RelationalSession session, LayerTable table) {
    try {
      return !session
          .store
          .catalog
          .captured(session.connection, table.path(), table.number())
          .isEmpty();
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "read the capture of " + table.path());
    }
  }

  private static int currentlyCaptured(RelationalSession session, LayerTable table)
      throws SQLException {
    return session.store.catalog.captured(session.connection, table.path(), table.number()).size();
  }

  private static boolean isKnown(LayerTable table, LiveColumn live) {
    for (LayerColumn column : table.columns()) {
      if (live.name().equals(table.live().get(column.id()))) {
        Column known = column.column();
        return known.name().equals(live.name()) && known.type().equals(live.type());
      }
    }
    return false;
  }

  /** Gives layers and capture what the live table has got, in a session that writes. */
  static LayerTable follow(RelationalSession session, LayerTable table, LiveTable live) {
    if (!hasMoved(session, table)) {
      return table;
    }
    for (String id : table.key()) {
      if (!table.live().containsKey(id)) {
        throw new TableChangedException(
            "Table %s has lost column %s of its key"
                .formatted(table.path().table(), table.column(id).column().name()),
            "Register it anew (epoch table remove, epoch table add)");
      }
    }
    Map<String, String> ids = new HashMap<>();
    table.live().forEach((id, name) -> ids.put(name, id));
    List<LayerColumn> columns = new ArrayList<>();
    for (LayerColumn had : table.columns()) {
      LayerColumn column = widened(session, table, live, had);
      LiveColumn now =
          table.live().containsKey(column.id()) ? live.column(table.live().get(column.id())) : null;
      columns.add(
          now == null
              ? column
              : new LayerColumn(
                  column.id(),
                  column.name(),
                  column.definition(),
                  column(
                      column.id(),
                      now,
                      column.column().initialDefault(),
                      column.column().filled())));
    }
    Map<String, String> names = new LinkedHashMap<>(table.live());
    Set<String> taken = new HashSet<>(table.ids());
    for (LiveColumn added : live.columns()) {
      if (!ids.containsKey(added.name())) {
        LayerColumn column = add(session, table, added, taken, columns.size() + 1);
        columns.add(column);
        names.put(column.id(), added.name());
      }
    }
    LayerTable followed =
        new LayerTable(
            table.number(),
            table.id(),
            table.repository(),
            table.path(),
            table.position(),
            false,
            table.replaced() || !isCaptured(session, table),
            table.key(),
            columns,
            names);
    capture(session, followed, live);
    session.store.registry.put(session, followed);
    return followed;
  }

  /** A column whose layers hold what the live column can have now. */
  private static LayerColumn widened(
      RelationalSession session, LayerTable table, LiveTable live, LayerColumn column) {
    String name = table.live().get(column.id());
    if (name == null || live.column(name).type().equals(column.column().type())) {
      return column;
    }
    String type = column.definition().substring(column.name().length() + 1);
    String wider =
        session.store.dialect.widened(type, live.column(name), table.key().contains(column.id()));
    if (wider.equals(type)) {
      return column;
    }
    String definition = column.name() + " " + wider;
    for (String layer : List.of(table.history(), table.overlay())) {
      session.define("ALTER TABLE %s MODIFY COLUMN %s".formatted(layer, definition));
    }
    return new LayerColumn(column.id(), column.name(), definition, column.column());
  }

  private static LayerColumn add(
      RelationalSession session,
      LayerTable table,
      LiveColumn added,
      Set<String> taken,
      int number) {
    String id = added.name();
    for (int i = 2; !taken.add(id); i++) {
      id = added.name() + "#" + i;
    }
    Dialect dialect = session.store.dialect;
    String initial = null;
    boolean filled = false;
    if (added.generated() == null) {
      String live = dialect.table(table.path());
      String name = dialect.quote(added.name());
      String value = added.defaultExpression() == null ? "NULL" : added.defaultExpression();
      initial =
          session
              .first(
                  "SELECT " + dialect.selected(value, added.type(), false),
                  RelationalSession.NONE,
                  row ->
                      java.util.Optional.ofNullable(session.store.codec.read(row, 1, added.type())))
              .flatMap(text -> text)
              .orElse(null);
      filled =
          session.number(
                  "SELECT count(*) FROM (SELECT 1 FROM %s WHERE NOT %s%s) u"
                      .formatted(
                          live,
                          dialect.same(name, "(" + value + ")", added.type()),
                          dialect.limit(1)))
              > 0;
    }
    Column column = column(id, added, initial, filled ? Boolean.TRUE : null);
    LayerColumn layer = layer(session, "c" + number, column, added, false);
    String fallback =
        initial == null
            ? ""
            : " DEFAULT (%s)".formatted(session.store.codec.literal(added.type(), initial));
    for (String name : List.of(table.history(), table.overlay())) {
      if (!isThere(session, name, layer.name())) {
        session.define(
            "ALTER TABLE %s ADD COLUMN %s%s".formatted(name, layer.definition(), fallback));
      }
    }
    return layer;
  }

  /** Whether an attempt that was broken off has made the column. */
  private static boolean isThere(RelationalSession session, String layer, String column) {
    if (session.store.dialect.definesInTransactions()) {
      return false;
    }
    try (ResultSet found =
        session
            .connection
            .getMetaData()
            .getColumns(session.connection.getCatalog(), null, layer, column)) {
      return found.next();
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "read the columns of " + layer);
    }
  }

  /** Captures what the table's columns are now. */
  static void capture(RelationalSession session, LayerTable table, LiveTable live) {
    Dialect dialect = session.store.dialect;
    List<CapturedTable.CapturedColumn> columns = new ArrayList<>();
    List<Integer> key = new ArrayList<>();
    for (LayerColumn column : table.columns()) {
      String name = table.live().get(column.id());
      if (name != null) {
        columns.add(new CapturedTable.CapturedColumn(name, column.name()));
      }
    }
    for (String id : table.key()) {
      String layer = table.column(id).name();
      for (int i = 0; i < columns.size(); i++) {
        if (columns.get(i).layer().equals(layer)) {
          key.add(i);
        }
      }
    }
    try {
      session.define(
          dialect.capture(
              session.connection,
              new CapturedTable(live, table.number(), table.history(), columns, key)));
    } catch (SQLException e) {
      throw dialect.translate(e, "capture " + table.path());
    }
  }

  /** Ends the capture. */
  static void uncapture(RelationalSession session, LayerTable table) {
    try {
      session.define(
          session.store.dialect.uncapture(session.connection, table.path(), table.number()));
    } catch (SQLException e) {
      throw session.store.dialect.translate(e, "end the capture of " + table.path());
    }
  }

  /** The schema of a table whose layers have followed it. */
  static TableSchema schema(LayerTable table, LiveTable live) {
    Map<String, LayerColumn> byName = new HashMap<>();
    for (LayerColumn column : table.columns()) {
      String name = table.live().get(column.id());
      if (name != null) {
        byName.put(name, column);
      }
    }
    List<Column> columns = new ArrayList<>();
    for (LiveColumn now : live.columns()) {
      Column known = byName.get(now.name()).column();
      columns.add(column(known.id(), now, known.initialDefault(), known.filled()));
    }
    List<String> key = table.key().stream().map(table.live()::get).toList();
    return new TableSchema(columns, key, live.constraints(), live.indexes());
  }
}
