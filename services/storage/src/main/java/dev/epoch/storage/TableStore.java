package dev.epoch.storage;

import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.branch.BranchDirectory;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import dev.epoch.storage.operation.OperationExecutor;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The tables of a database, the capture of their changes, and the records that clients write. */
public interface TableStore {
  /**
   * Every table that users have in the database, in the order of their names; also those whose
   * shape {@link #introspect} refuses. Partitions, and tables that belong to Epoch or to an
   * extension, are left out.
   */
  List<TablePath> tables();

  /**
   * Reads a table's shape from the catalogs. Fails with {@link TableNotFoundException} or {@link
   * NoPrimaryKeyException}.
   *
   * @param primaryKey columns that tell the rows apart, empty for the table's own; {@link
   *     TableSchema#ROW_ID} alone for an append-only table, whose schema then has that column too
   */
  Introspection introspect(TablePath path, List<String> primaryKey);

  /**
   * The schemas that tables have on a branch now, by table id, where somebody has changed them:
   * where they are not those of the handles. What is kept of the past follows the change.
   *
   * @throws TableChangedException if one of them is another table now
   */
  Map<String, TableSchema> schemas(BranchHandle branch, Collection<BranchTable> tables);

  /**
   * Names of columns of the handle's schema whose values are not known any more for rows that only
   * the live table has: it has lost them, by a column that was dropped or a type that cannot hold
   * them. Such rows read null there, or what the new type left.
   */
  Set<String> lost(TableHandle table);

  /**
   * Starts to capture every change of the table. From the moment this returns, {@code
   * Committed(live(operation.position))} is a fixed state of the table: what it held at one moment
   * inside this call. Writers wait for moments at most. Repeating it with the same operation
   * changes nothing; a table that another repository owns is refused with {@link
   * TableOwnedException}.
   */
  void install(OperationId operation, TableHandle table);

  /**
   * Puts back what {@link #install} made of a table, where it is lost, and captures changes from
   * now on; what is there stays. The rows of the past are not put back: {@link
   * OperationExecutor#restore} does that. What was not committed when the capture was lost is
   * unknown then: the table's rows as they are count as committed.
   *
   * @param position of the operation that installed it
   */
  void repair(TableHandle table, long position);

  /**
   * Tables of a repository whose changes may not have been captured, because what captures them was
   * switched off; those that were captured all the time are left out. Looks at catalogs alone.
   */
  default List<UncapturedTable> uncaptured(String repository) {
    return List.of();
  }

  /**
   * Captures all changes of a table again, and, as uncommitted ones, those that were not captured:
   * what {@code Committed(table.head)} reads is what it was before them. Reads the whole table,
   * beside its writers. Repeating it changes nothing. Fails with {@link CaptureOffException} where
   * nobody knows any more what the rows were; the table is captured from then on all the same.
   *
   * @param content that the branch's last commit has of the table
   */
  default void rescan(BranchHandle branch, BranchTable table, Digest content) {}

  /**
   * Looks at tables that somebody has made anew, so that nothing captured what he changed until it
   * was noticed: whether they have what was committed last, but for what was captured. Fails with
   * {@link CaptureOffException} where they have not. Nothing to do for backends whose capture is
   * not a part of the users' table.
   *
   * @param contents what the branch's last commit has of each
   */
  default void verify(
      BranchHandle branch,
      Collection<BranchTable> tables,
      Function<BranchTable, CommittedContent> contents) {}

  /**
   * Stops capturing, and removes all of Epoch's objects of this table that stand beside it or refer
   * to it. Repeating it changes nothing.
   *
   * <p>With {@link Removal#keep}, every {@link TableState.Committed} state of the table reads the
   * same through {@link TableHandle#asRemoved} until {@link BranchDirectory#reclaimTables},
   * whatever becomes of the users' table, which can be versioned again at once. Writers do not wait
   * while rows are copied. Without it, what an earlier removal kept goes, too.
   *
   * <p>Fails with {@link PendingChangesException} (work that is not committed, also such as came a
   * moment ago), {@link TableChangedException} (there is nothing left that could be kept), {@link
   * BusyException} (retry later).
   */
  void remove(TableHandle table, Removal how);

  /**
   * Looks whether {@link #remove} would fail as things are; changes nothing. Fails as it does, and
   * with {@link PrivilegeException}, whose remedy is the statement that gives what is missing.
   */
  void requireRemovable(TableHandle table, Removal how);

  /**
   * Writes records as uncommitted changes of the branch, all or none. Fails with {@link
   * WriteRefusedException}.
   *
   * @param table as the branch's head has it; records have the columns that it has now ({@link
   *     #schemas})
   */
  default WriteResult write(BranchHandle branch, BranchTable table, List<RowWrite> writes) {
    return write(branch, table, writes, Optional.empty());
  }

  /**
   * The same, done once however often it is asked for: a repetition with the same key and request
   * is answered what the first was answered. Fails with {@link WriteKeyReusedException} too.
   *
   * @param key of the write, empty to write whatever was written before
   */
  WriteResult write(
      BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key);

  /**
   * What introspection found.
   *
   * @param raised names of columns that the database raises with each update, such as the time of
   *     the last change or a version
   */
  record Introspection(TableSchema schema, long estimatedRows, List<String> raised) {
    public Introspection {
      raised = List.copyOf(raised);
    }

    /** Of a table of which nobody knows such columns. */
    public Introspection(TableSchema schema, long estimatedRows) {
      this(schema, estimatedRows, List.of());
    }
  }
}
