package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.layered.Layer;
import dev.epoch.storage.layered.StateLayers;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Writing of layers in one session. */
final class LayerWrites {
  private final RelationalSession session;
  private final Dialect dialect;
  private final ColumnCodec codec;

  LayerWrites(RelationalSession session) {
    this.session = session;
    this.dialect = session.store.dialect;
    this.codec = session.store.codec;
  }

  /** Columns of a schema that layers have, with their places in its rows. */
  private record Placed(List<Integer> places, List<Column> columns, List<String> names) {
    static Placed of(LayerTable table, TableHandle handle) {
      List<Integer> places = new ArrayList<>();
      List<Column> columns = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < handle.schema().columns().size(); i++) {
        Column column = handle.schema().columns().get(i);
        LayerTable.LayerColumn known = table.column(column.id());
        if (known != null) {
          places.add(i);
          columns.add(column);
          names.add(known.name());
        }
      }
      return new Placed(places, columns, names);
    }

    String parameters() {
      return names.stream().map(_ -> "?").collect(Collectors.joining(", "));
    }
  }

  private static List<Column> keyColumns(TableHandle handle) {
    return Arrays.stream(handle.schema().keyIndexes())
        .mapToObj(handle.schema().columns()::get)
        .toList();
  }

  /** The key's columns equal to parameters. */
  private static String keyed(LayerTable table) {
    return table.keyNames().stream()
        .map(name -> name + " = ?")
        .collect(Collectors.joining(" AND "));
  }

  private int bindKey(PreparedStatement statement, int place, List<Column> key, RowKey values)
      throws SQLException {
    for (int i = 0; i < key.size(); i++) {
      codec.bind(statement, place + i, key.get(i).type(), values.get(i));
    }
    return place + key.size();
  }

  /** Binds a row, or the key of one that is not there. */
  private void bindRow(
      PreparedStatement statement, Placed placed, TableHandle handle, RowKey key, Row row)
      throws SQLException {
    for (int i = 0; i < placed.places.size(); i++) {
      Column column = placed.columns.get(i);
      int inKey = handle.schema().primaryKey().indexOf(column.name());
      String text =
          row != null ? row.get(placed.places.get(i)) : inKey >= 0 ? key.get(inKey) : null;
      codec.bind(statement, i + 1, column.type(), text);
    }
  }

  void put(TableHandle handle, String branch, Collection<RowChange> changes) {
    LayerTable table = session.table(handle);
    long number = session.branch(branch);
    Placed placed = Placed.of(table, handle);
    List<Column> key = keyColumns(handle);
    String delete =
        "DELETE FROM %s WHERE branch = %d AND %s AND valid_from = %d"
            .formatted(table.overlay(), number, keyed(table), Layer.UNCOMMITTED);
    String insert =
        "INSERT INTO %s (%s, branch, valid_from, valid_to, present) VALUES (%s, %d, %d, %d, ?)"
            .formatted(
                table.overlay(),
                String.join(", ", placed.names),
                placed.parameters(),
                number,
                Layer.UNCOMMITTED,
                Layer.UNCOMMITTED);
    try (PreparedStatement deleting = session.connection.prepareStatement(delete);
        PreparedStatement inserting = session.connection.prepareStatement(insert)) {
      for (RowChange change : changes) {
        bindKey(deleting, 1, key, change.key());
        deleting.executeUpdate();
        bindRow(inserting, placed, handle, change.key(), change.after());
        inserting.setInt(placed.names.size() + 1, change.after() == null ? 0 : 1);
        inserting.executeUpdate();
      }
    } catch (SQLException e) {
      throw dialect.translate(e, insert);
    }
  }

  void freeze(LayerTable table, String branch, TemporaryKeys keys, StateLayers state) {
    if (keys.size() == 0) {
      return;
    }
    long number = session.branch(branch);
    session.execute(
        "DELETE FROM %s WHERE EXISTS (SELECT 1 FROM %s x WHERE x.branch = %d AND x.valid_from = %d AND %s)"
            .formatted(
                keys.name(),
                table.overlay(),
                number,
                Layer.UNCOMMITTED,
                table.keyNames().stream()
                    .map(name -> "x." + name + " = " + keys.name() + "." + name)
                    .collect(Collectors.joining(" AND "))));
    String names =
        table.columns().stream()
            .map(LayerTable.LayerColumn::name)
            .collect(Collectors.joining(", "));
    List<String> rows =
        new LayerReads(session)
            .keyed(
                table,
                keys,
                state,
                table.all(),
                "%d, %d, %d, 1, ".formatted(number, Layer.UNCOMMITTED, Layer.UNCOMMITTED),
                0,
                Long.MAX_VALUE);
    for (String arm : rows) {
      session.execute(
          "INSERT INTO %s (branch, valid_from, valid_to, present, %s) %s"
              .formatted(table.overlay(), names, arm));
    }
    String key = String.join(", ", table.keyNames());
    session.execute(
        "INSERT INTO %1$s (branch, valid_from, valid_to, present, %2$s) "
                .formatted(table.overlay(), key)
            + "SELECT %d, %d, %d, 0, %s FROM %s k WHERE NOT EXISTS (SELECT 1 FROM %s x WHERE x.branch = %d AND x.valid_from = %d AND %s)"
                .formatted(
                    number,
                    Layer.UNCOMMITTED,
                    Layer.UNCOMMITTED,
                    key,
                    keys.name(),
                    table.overlay(),
                    number,
                    Layer.UNCOMMITTED,
                    table.keyNames().stream()
                        .map(name -> "x." + name + " = k." + name)
                        .collect(Collectors.joining(" AND "))));
  }

  private static List<Column> compared(TableHandle handle) {
    return handle.schema().columns().stream().filter(column -> !column.generated()).toList();
  }

  private static String working(LayerTable table, long branch) {
    return "%1$s.branch = %2$d AND %1$s.valid_from = %3$d"
        .formatted(table.overlay(), branch, Layer.UNCOMMITTED);
  }

  long dropUnchanged(TableHandle handle, String branch, StateLayers state) {
    LayerTable table = session.table(handle);
    long number = session.branch(branch);
    dropUnchanged(table, handle, number, state);
    return session.number(
        "SELECT count(*) FROM %s WHERE %s".formatted(table.overlay(), working(table, number)));
  }

  private void dropUnchanged(LayerTable table, TableHandle handle, long number, StateLayers state) {
    overlay(table)
        .delete(
            "%s AND %s"
                .formatted(
                    working(table, number),
                    session.sql(table).unchanged(table.overlay(), compared(handle), state)));
  }

  private ChosenRows overlay(LayerTable table) {
    return new ChosenRows(session, table, table.overlay(), List.of("branch", "valid_from"));
  }

  private ChosenRows history(LayerTable table) {
    return new ChosenRows(session, table, table.history(), List.of("valid_to"));
  }

  void commitOverlay(TableHandle handle, String branch, long position, StateLayers base) {
    LayerTable table = session.table(handle);
    long number = session.branch(branch);
    String overlay = table.overlay();
    String rewritten =
        "EXISTS (SELECT 1 FROM %s w WHERE w.branch = %d AND w.valid_from = %d AND %s)"
            .formatted(
                overlay,
                number,
                Layer.UNCOMMITTED,
                table.keyNames().stream()
                    .map(name -> "w." + name + " = " + overlay + "." + name)
                    .collect(Collectors.joining(" AND ")));
    // where the same position is restored a second time
    overlay(table)
        .delete(
            "%1$s.branch = %2$d AND %1$s.valid_from = %3$d AND %4$s"
                .formatted(overlay, number, position, rewritten));
    overlay(table)
        .update(
            "valid_to = " + position,
            "%1$s.branch = %2$d AND %1$s.valid_to = %3$d AND %1$s.valid_from < %3$d AND %4$s"
                .formatted(overlay, number, Layer.UNCOMMITTED, rewritten));
    dropUnchanged(table, handle, number, base);
    session.execute(
        "UPDATE %s SET valid_from = %d WHERE branch = %d AND valid_from = %d"
            .formatted(overlay, position, number, Layer.UNCOMMITTED));
  }

  void undoOverlay(LayerTable table, String branch, long position) {
    long number = session.branch(branch);
    session.execute(
        "DELETE FROM %s WHERE branch = %d AND valid_from = %d"
            .formatted(table.overlay(), number, position));
    session.execute(
        "UPDATE %s SET valid_to = %d WHERE branch = %d AND valid_to = %d"
            .formatted(table.overlay(), Layer.UNCOMMITTED, number, position));
  }

  // ---- history

  private static final StateLayers LIVE = StateLayers.live(Layer.UNCOMMITTED);

  long dropUnchangedLive(TableHandle handle) {
    LayerTable table = session.table(handle);
    String uncommitted = table.history() + ".valid_to = " + Layer.UNCOMMITTED;
    history(table)
        .delete(
            "%s AND %s"
                .formatted(
                    uncommitted,
                    session.sql(table).unchanged(table.history(), compared(handle), LIVE)));
    return session.number(
        "SELECT count(*) FROM %s WHERE %s".formatted(table.history(), uncommitted));
  }

  /** Where what was committed of a row's past ends; 0 at its beginning. */
  private static String end(LayerTable table, String row) {
    return "COALESCE((SELECT max(p.valid_to) FROM %s p WHERE p.valid_to < %d AND %s), 0)"
        .formatted(
            table.history(),
            Layer.UNCOMMITTED,
            table.keyNames().stream()
                .map(name -> "p." + name + " = " + row + name)
                .collect(Collectors.joining(" AND ")));
  }

  void putHistory(TableHandle handle, long position, Collection<RowChange> changes) {
    LayerTable table = session.table(handle);
    Placed placed = Placed.of(table, handle);
    List<Column> key = keyColumns(handle);
    String there =
        "SELECT count(*), COALESCE(max(CASE WHEN valid_to = %d THEN 1 ELSE 0 END), 0), COALESCE(max(valid_to), 0) FROM %s WHERE %s AND valid_to < %d"
            .formatted(position, table.history(), keyed(table), Layer.UNCOMMITTED);
    String insert =
        "INSERT INTO %s (%s, valid_from, valid_to, present) VALUES (%s, ?, %d, ?)"
            .formatted(
                table.history(), String.join(", ", placed.names), placed.parameters(), position);
    try (PreparedStatement asking = session.connection.prepareStatement(there);
        PreparedStatement inserting = session.connection.prepareStatement(insert)) {
      for (RowChange change : changes) {
        bindKey(asking, 1, key, change.key());
        long from;
        try (var answer = asking.executeQuery()) {
          answer.next();
          if (answer.getInt(2) == 1) {
            continue;
          }
          from = answer.getLong(3);
        }
        bindRow(inserting, placed, handle, change.key(), change.before());
        inserting.setLong(placed.names.size() + 1, from);
        inserting.setInt(placed.names.size() + 2, change.before() == null ? 0 : 1);
        inserting.executeUpdate();
      }
    } catch (SQLException e) {
      throw dialect.translate(e, insert);
    }
  }

  void relinkHistory(LayerTable table) {
    history(table)
        .update(
            "valid_from = " + end(table, table.history() + "."),
            table.history() + ".valid_to = " + Layer.UNCOMMITTED);
  }
}
