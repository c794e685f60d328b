package dev.epoch.storage.relational;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TablePath;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A registered table: where its layers are, and which of their columns is which of the table's.
 *
 * @param number of the registration
 * @param id of the registration
 * @param repository that owns it
 * @param path of the live table
 * @param position of the operation that registered it
 * @param archived whether the live table is the users' alone again, and a copy stands for it
 * @param replaced whether somebody has made the live table anew, so that nothing captured what he
 *     changed until then, and nobody has looked whether it has what was committed
 * @param key ids of the columns of the key, in its order
 * @param columns all that it has ever had
 * @param live names in the live table by id; those that are gone are not in it
 */
record LayerTable(
    int number,
    String id,
    String repository,
    TablePath path,
    long position,
    boolean archived,
    boolean replaced,
    List<String> key,
    List<LayerColumn> columns,
    Map<String, String> live) {

  /**
   * A column in layers.
   *
   * @param id of the table's column
   * @param name in layer tables
   * @param definition with its type, as layer tables are made with it
   * @param column as the table had it last
   */
  record LayerColumn(String id, String name, String definition, Column column) {}

  LayerTable {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    live = Map.copyOf(live);
  }

  LayerTable with(Map<String, String> names) {
    return new LayerTable(
        number, id, repository, path, position, archived, replaced, key, columns, names);
  }

  LayerTable replaced(boolean other) {
    return new LayerTable(
        number, id, repository, path, position, archived, other, key, columns, live);
  }

  String history() {
    return "epoch_h_" + number;
  }

  String overlay() {
    return "epoch_o_" + number;
  }

  /** The copy that stands for the live table. */
  String archive() {
    return "epoch_a_" + number;
  }

  /** Null if the table never had such a column. */
  LayerColumn column(String columnId) {
    for (LayerColumn column : columns) {
      if (column.id.equals(columnId)) {
        return column;
      }
    }
    return null;
  }

  /** Names of the key's columns in layer tables. */
  List<String> keyNames() {
    return key.stream().map(id -> column(id).name).toList();
  }

  /** All columns, of whichever schema. */
  List<Column> all() {
    return columns.stream().map(LayerColumn::column).toList();
  }

  /** Ids that a new column cannot have. */
  Set<String> ids() {
    return columns.stream().map(LayerColumn::id).collect(Collectors.toSet());
  }
}
