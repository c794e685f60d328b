package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.Alteration;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.UnaryOperator;

/**
 * A fresh database of the reference adapter; its types have PostgreSQL's names, its values the
 * canonical texts.
 */
public final class ReferenceBackend implements StorageBackend {
  private static final TablePath PERSON = new TablePath("public", "person");

  private final ReferenceDatabase database = new ReferenceDatabase();
  private final StorageAdapter adapter;

  public ReferenceBackend() {
    this(adapter -> adapter);
  }

  /**
   * @param between what stands between the reference adapter and who calls it
   */
  public ReferenceBackend(UnaryOperator<StorageAdapter> between) {
    adapter = between.apply(new ReferenceAdapter(database, new ReferenceValueCodec()));
    create(
        "person",
        List.of(
            new Column("1", "id", integer(), false, null, null, null),
            new Column(
                "2", "name", DataType.of(DataType.Kind.TEXT, "text"), true, null, null, null),
            new Column("3", "age", integer(), true, null, null, null)),
        List.of("id"));
    NavigableMap<RowKey, Row> rows = database.user(PERSON).rows;
    rows.put(RowKey.of("1"), Row.of("1", "Ann", "30"));
    rows.put(RowKey.of("2"), Row.of("2", "Bob", "40"));
    rows.put(RowKey.of("3"), Row.of("3", "Cid", "50"));
  }

  private static DataType integer() {
    return DataType.of(DataType.Kind.INTEGER, "integer");
  }

  @Override
  public StorageAdapter adapter() {
    return adapter;
  }

  @Override
  public TablePath path() {
    return PERSON;
  }

  @Override
  public List<String> usersRows() {
    return database.user(PERSON).rows.values().stream().map(Row::toString).toList();
  }

  @Override
  public TablePath create(String name, List<Column> columns, List<String> primaryKey) {
    TablePath path = new TablePath("public", name);
    List<Column> all = new ArrayList<>(columns);
    if (primaryKey.isEmpty()) {
      all.add(
          new Column(
              TableSchema.ROW_ID,
              TableSchema.ROW_ID,
              DataType.of(DataType.Kind.INTEGER, "bigint"),
              false,
              null,
              null,
              null));
    }
    List<String> key = primaryKey.isEmpty() ? List.of(TableSchema.ROW_ID) : primaryKey;
    database.users.put(
        path, new ReferenceTable.UserTable(new TableSchema(all, key, List.of(), List.of())));
    return path;
  }

  @Override
  public void applicationInserts(TablePath path, List<Row> inserted) {
    ReferenceTable.UserTable users = database.user(path);
    NavigableMap<RowKey, Row> rows = ReferenceRows.copy(users.rows);
    for (Row row : inserted) {
      List<String> values = new ArrayList<>(row.values());
      values.add(users.nextRow());
      Row identified = Row.of(values.toArray(String[]::new));
      rows.put(identified.key(users.schema.keyIndexes()), identified);
    }
    users.rows = rows;
  }

  @Override
  public String spelt(DataType type, String text) {
    return ReferenceValueCodec.spelt(type, text);
  }

  @Override
  public void applicationWrites(TableHandle table, List<RowChange> changes) {
    ReferenceTable.UserTable users = database.user(table.path());
    NavigableMap<RowKey, Row> rows = ReferenceRows.copy(users.rows);
    changes.forEach(change -> ReferenceRows.put(rows, change.key(), change.after()));
    users.rows = rows;
  }

  @Override
  public void alter(TablePath path, Alteration change) {
    ReferenceTable.UserTable users = database.user(path);
    TableSchema schema = users.schema;
    List<Column> columns = new ArrayList<>(schema.columns());
    switch (change) {
      case Alteration.Add add ->
          columns.add(
              new Column(
                  users.idOf(add.name()),
                  add.name(),
                  add.type(),
                  true,
                  null,
                  null,
                  null,
                  add.value() == null ? null : spelt(add.type(), add.value()),
                  null));
      case Alteration.Drop drop -> columns.remove(schema.indexOf(drop.name()));
      case Alteration.Rename rename ->
          columns.replaceAll(column ->
              column.name().equals(rename.name())
                  ? copy(column, rename.to(), column.type())
                  : column);
      case Alteration.Retype retype ->
          columns.replaceAll(column ->
              column.name().equals(retype.name())
                  ? copy(column, column.name(), retype.type())
                  : column);
    }
    users.alter(new TableSchema(columns, schema.primaryKey(), List.of(), List.of()));
  }

  private static Column copy(Column column, String name, DataType type) {
    return new Column(
        column.id(),
        name,
        type,
        column.nullable(),
        null,
        null,
        null,
        column.initialDefault(),
        null);
  }

  @Override
  public void close() {
    adapter.close();
  }
}
