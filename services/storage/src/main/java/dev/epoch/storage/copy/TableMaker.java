package dev.epoch.storage.copy;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;

/**
 * Makes live tables that are like tables of other databases.
 *
 * <p>Fails with {@link StorageException}s, as a {@link dev.epoch.storage.StorageAdapter} does.
 */
public interface TableMaker {
  /**
   * What a table would be here: it is made, read, and taken back. Fails if there is one at the
   * place.
   *
   * @param like the other table
   * @param isSameKind whether that is in a database of the same kind, whose types and expressions
   *     mean the same here
   */
  MadeTable foresee(TablePath path, TableSchema like, boolean isSameKind);

  /** What a column of another table's type would be declared as here. */
  String type(DataType type, boolean isSameKind);

  /**
   * Makes the table and fills it, both or nothing, and notes by which operation. Repeating it for
   * the same operation changes nothing.
   *
   * @param table as it was foreseen
   * @param rows with the columns of its schema, as this database's texts; closed here
   */
  void make(OperationId operation, TablePath path, MadeTable table, RowStream<Row> rows);

  /** Drops the table if it was made by the operation, which has not kept it. */
  void unmake(OperationId operation, TablePath path);

  /** From now on the table is as any other. */
  void keep(OperationId operation, TablePath path);
}
