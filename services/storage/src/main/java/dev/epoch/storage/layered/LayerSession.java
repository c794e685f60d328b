package dev.epoch.storage.layered;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.state.RowQuery;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Layers of tables in one transaction. What a database must do for {@link LayeredStates} and {@link
 * LayeredOperations}, which know what is to be done and why.
 *
 * <p>Rows are written and read with the columns of the handle's schema. What changed is told by the
 * database's own equality of values, spelling included; collations do not count.
 */
public interface LayerSession extends AutoCloseable {

  /** A table with where keys of it are looked for. */
  record Keys(TableHandle table, List<KeySource> sources) {
    public Keys {
      sources = List.copyOf(sources);
    }
  }

  // ---- reading

  /** Rows of a state. The stream reads from this session. */
  RowStream<Row> rows(TableHandle table, StateLayers state, RowQuery query);

  /**
   * Keys of one table or of several with the same key.
   *
   * @param after only keys behind this one, null for all
   */
  KeySet keys(List<Keys> sources, RowKey after);

  KeySet keys(TableHandle table, Collection<RowKey> keys);

  /**
   * The rows that a state has for some of the keys.
   *
   * @param first number of the first
   * @param count how many
   * @return {@code count} rows, fewer at the end; null where the state has none
   */
  List<Row> page(KeySet keys, TableHandle table, StateLayers state, long first, int count);

  /** Whether layers have all columns of a schema of the table. */
  boolean hasColumns(TableHandle table, TableSchema schema);

  /** Whether there is such a key. */
  boolean any(TableHandle table, KeySource source);

  // ---- branches

  /** Rows become uncommitted rows of a branch, in place of those that it has; or their absence. */
  void put(TableHandle table, String branch, Collection<RowChange> changes);

  /**
   * What a state has for some keys becomes an uncommitted row of a branch, also its absence; keys
   * of which the branch has an uncommitted row are left out.
   */
  void freeze(TableHandle table, String branch, List<KeySource> keys, StateLayers state);

  /**
   * Drops uncommitted rows that say what a state says without them.
   *
   * @return how many are left
   */
  long dropUnchanged(TableHandle table, String branch, StateLayers state);

  /**
   * Uncommitted rows of a branch become committed ones, from a position on; those that say what the
   * base says end what the branch said, and are gone.
   */
  void commitOverlay(TableHandle table, String branch, long position, StateLayers base);

  /** Takes back what began or ended at a position; uncommitted rows stay. */
  void undoOverlay(TableHandle table, String branch, long position);

  // ---- the live table

  /**
   * Writes the users' table as an application does: what it takes the place of becomes uncommitted
   * history.
   *
   * @throws dev.epoch.storage.error.ConstraintViolationsException if the table refuses a row
   */
  void writeLive(TableHandle table, List<RowChange> changes);

  /**
   * Drops uncommitted history that is what the live table has.
   *
   * @return how many rows are left
   */
  long dropUnchangedLive(TableHandle table);

  /** Uncommitted history becomes that of a commit. */
  void commitHistory(TableHandle table, long position);

  /** History of a commit becomes uncommitted again, below what was written since. */
  void undoHistory(TableHandle table, long position);

  // ---- rebuilding

  /** Drops what a branch has committed. */
  void clearOverlay(TableHandle table, String branch);

  /** Puts uncommitted rows of a branch aside, or back where there are no others. */
  void setAside(TableHandle table, String branch, boolean back);

  /** Drops what was committed of the live table's past. */
  void clearHistory(TableHandle table);

  /** The rows before these changes are history that ended at a position, unless one did already. */
  void putHistory(TableHandle table, long position, Collection<RowChange> changes);

  /** Uncommitted history begins where what was committed ends. */
  void relinkHistory(TableHandle table);

  // ---- what the database knows

  /**
   * @throws dev.epoch.storage.error.StorageUnavailableException if the database has not heard that
   *     the branch has the table
   */
  void requireKnown(BranchHandle branch, TableHandle table);

  /** Where a branch's last commit of a table is. */
  void setHead(BranchHandle branch, TableHandle table, RowsLocation head);

  /**
   * The schemas that tables have on a branch now, by id, where they are not those of the handles.
   */
  Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables);

  /**
   * What is remembered of an operation.
   *
   * @param result null if it was undone, or is never to be done
   */
  record Remembered(OperationResult result) {}

  Optional<Remembered> operation(UUID id);

  /**
   * Remembers an operation.
   *
   * @param result null if it is undone, or never to be done
   */
  void remember(UUID id, OperationResult result);

  /** The highest fence that an operation was settled with, this one included. */
  long fence(UUID id, long fence);

  void forget(Collection<UUID> operations);

  /**
   * Runs the query of a check over states.
   *
   * @throws dev.epoch.storage.error.CheckFailedException if it finds rows, or cannot be run
   */
  void check(Operation.Check check, Map<TableHandle, StateLayers> tables);

  // ---- ending

  void commit();

  /** Rolls back what was not committed. */
  @Override
  void close();
}
