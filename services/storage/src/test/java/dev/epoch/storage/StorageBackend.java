package dev.epoch.storage;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import java.util.List;
import java.util.Optional;

/**
 * A fresh database for one test, with one table {@code person}: {@code id} integer, the key; {@code
 * name} text; {@code age} integer; and the rows 1 Ann 30, 2 Bob 40, 3 Cid 50.
 */
public interface StorageBackend extends AutoCloseable {
  /** The adapter of the database; always the same. */
  StorageAdapter adapter();

  /** Where the table {@code person} is. */
  TablePath path();

  /** Rows of the table {@code person} as its users see them, each as {@code [1, Ann, 30]}. */
  List<String> usersRows();

  /**
   * Creates a table as its users do. Types are made as the columns say; nothing but the key, types
   * and NOT NULL constrains it.
   *
   * @param primaryKey empty for a table without one
   */
  TablePath create(String name, List<Column> columns, List<String> primaryKey);

  /**
   * What this database calls a type of {@link ValueKinds}; empty if it has none that means it.
   *
   * @param type as PostgreSQL calls it
   */
  default Optional<DataType> type(DataType type) {
    return Optional.of(type);
  }

  /** Whether rows of tables without a key can be told apart. */
  default boolean appendOnly() {
    return true;
  }

  /**
   * How a row of this database holds a value of {@link ValueKinds}; another value, where it cannot
   * hold this one.
   *
   * @param text as PostgreSQL prints it
   */
  default String spelt(DataType type, String text) {
    return text;
  }

  /** Writes rows as an application does that knows nothing of Epoch, in one transaction. */
  void applicationWrites(TableHandle table, List<RowChange> changes);

  /** Adds rows to a table that has no key, as {@link #applicationWrites} does. */
  void applicationInserts(TablePath path, List<Row> rows);

  /** Alters a table as its users do, while Epoch versions it. */
  void alter(TablePath path, Alteration change);

  /** Closes the adapter and drops the database. */
  @Override
  void close();
}
