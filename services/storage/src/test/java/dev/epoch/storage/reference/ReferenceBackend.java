package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.PostgresValueCodec;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.UnaryOperator;

/** A fresh database of the reference adapter; its types have PostgreSQL's names. */
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
    adapter = between.apply(new ReferenceAdapter(database, new PostgresValueCodec()));
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
    database.users.put(
        path,
        new ReferenceTable.UserTable(new TableSchema(columns, primaryKey, List.of(), List.of())));
    return path;
  }

  @Override
  public void applicationWrites(TableHandle table, List<RowChange> changes) {
    ReferenceTable.UserTable users = database.user(table.path());
    NavigableMap<RowKey, Row> rows = ReferenceRows.copy(users.rows);
    changes.forEach(change -> ReferenceRows.put(rows, change.key(), change.after()));
    users.rows = rows;
  }

  @Override
  public void close() {
    adapter.close();
  }
}
