package dev.epoch.storage;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One database (or bucket, or directory) whose tables are versioned where they are.
 *
 * <p>The versioning core says <em>what</em> is to be true of a table; an adapter makes it true and
 * answers from it. Adapters hold nothing in memory that they could not read again, and do not know
 * each other.
 *
 * <p>Every method may wait for the database: call it on a virtual thread, never on an event loop.
 * Errors are {@link StorageException}s; each says whether nothing happened, or that the outcome is
 * unknown.
 */
public interface StorageAdapter extends AutoCloseable {

  // ---- the database

  /** Reaches the database and looks whether it allows what Epoch needs. Changes nothing. */
  StorageCheck check();

  /**
   * Removes every object that Epoch made, of every repository. The users' tables stay as they are.
   */
  void uninstall();

  @Override
  void close();

  // ---- tables

  /**
   * Every table that users have in the database, in the order of their names; also those whose
   * shape {@link #introspect} refuses. Partitions, and tables that belong to Epoch or to an
   * extension, are left out.
   */
  List<TablePath> tables();

  /**
   * Reads a table's shape from the catalogs. Fails with {@link TableNotFoundException} or {@link
   * NoPrimaryKeyException}.
   */
  Introspection introspect(TablePath path, List<String> primaryKey);

  /**
   * Starts to capture every change of the table. From the moment this returns, {@code
   * Committed(live(operation.position))} is a fixed state of the table: what it held at one moment
   * inside this call. Writers wait for moments at most. Repeating it with the same operation
   * changes nothing; a table that another repository owns is refused with {@link
   * TableOwnedException}.
   */
  void install(OperationId operation, TableHandle table);

  /**
   * Stops capturing, and removes all of Epoch's objects of this table that stand beside it or refer
   * to it. Repeating it changes nothing.
   *
   * <p>With {@link Removal#keep}, every {@link TableState.Committed} state of the table reads the
   * same through {@link TableHandle#asRemoved} until {@link #reclaimTables}, whatever becomes of
   * the users' table, which can be versioned again at once. Writers do not wait while rows are
   * copied. Without it, what an earlier removal kept goes, too.
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

  // ---- reading

  /** Rows of a state in the order of the native key. */
  RowStream<Row> rows(TableHandle table, TableState state, RowQuery query);

  Optional<Row> row(TableHandle table, TableState state, RowKey key);

  /**
   * Rows that differ between two states, each once, in the order of the native key if {@code query}
   * asks for it. O(changes).
   */
  RowStream<RowChange> changes(
      TableHandle table, TableState from, TableState to, ChangeQuery query);

  /**
   * The rows of {@code base}, {@code ours} and {@code theirs} for each key whose row differs
   * between base and theirs.
   */
  RowStream<ThreeWayRow> threeWay(
      TableHandle table, TableState base, TableState ours, TableState theirs);

  /**
   * Runs one reading statement in which each table's name stands for its state. Writes are refused.
   */
  QueryResult query(ReadQuery query);

  /** Net uncommitted changes of the tables on a branch, tables without any left out. */
  Map<String, PendingChanges> pending(BranchHandle branch, Collection<BranchTable> tables);

  /**
   * Ids of the tables that were written on a branch since its last commit, also where nothing came
   * of it: cheaper than {@link #pending}, and never less.
   */
  Set<String> touched(BranchHandle branch, Collection<BranchTable> tables);

  // ---- writing

  /**
   * Writes records as uncommitted changes of the branch, all or none. Fails with {@link
   * WriteRefusedException}.
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

  // ---- branches, for clients that connect to the database itself

  /**
   * Tells the database of a branch, or of its new name or tables, so that {@code
   * epoch.use_branch(name)} works. Constant time per table; nothing is copied. Repeating it changes
   * nothing.
   *
   * <p>Branches are known by their ids. Another branch that has the name here loses it if it was
   * told of at the handle's version or before, and keeps it, for the time being, if it was told of
   * at a later one.
   *
   * @param tables by table id: where the rows of the branch's head are
   * @return id of that other branch, if there is one
   */
  Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables);

  /** Ids of the branches of a repository that the database knows and was not told to forget. */
  Set<String> branches(String repository);

  /**
   * Forgets the branch's name and its views; its rows stay while commits refer to them. Repeating
   * it changes nothing.
   */
  void dropBranch(BranchHandle branch);

  /**
   * Drops the rows of branches of the repository that are forgotten and not in {@code kept}.
   * Repeating it changes nothing.
   *
   * @param kept ids of branches whose rows commits still refer to
   * @param dryRun whether only to tell
   * @return ids of the branches whose rows are gone, or would be
   */
  List<String> reclaim(String repository, Set<String> kept, boolean dryRun);

  /**
   * Drops what removals kept of tables of the repository that are not in {@code kept}; reading a
   * state of them is a {@link HistoryPrunedException} then. Repeating it changes nothing.
   *
   * @param kept ids of tables that commits still refer to
   * @param dryRun whether only to tell
   * @return ids of the tables of which nothing is kept any more, or would be
   */
  List<String> reclaimTables(String repository, Set<String> kept, boolean dryRun);

  /**
   * Lets clients that connect to the database read the branch's rows of some tables as fast as
   * tables of their own: all of them are copied to one place, and kept there as the branch changes.
   * Nothing else changes; it costs the tables' size, and a second write for each write on the
   * branch. Where older transactions are at work the copy is read only when they have ended: repeat
   * the call. Repeating it changes nothing.
   *
   * @param tables to copy; none: those that were changed on the branch
   * @param patience how long to wait for older transactions
   * @return the tables' copies
   */
  List<BranchCopy> materialize(
      BranchHandle branch, Collection<TableHandle> tables, Duration patience);

  /**
   * {@link #materialize} of one table at nobody's wish.
   *
   * @param mostBytes that such copies may take in the database
   * @return the copy; empty if somebody dropped one, or it would be too large
   */
  Optional<BranchCopy> autoMaterialize(
      BranchHandle branch, TableHandle table, long mostBytes, Duration patience);

  /** What clients read of branches at this moment, in any repository; copies' use is noted. */
  List<BranchRead> reads();

  /** Drops copies that nobody asked for and nobody was seen reading for so long. */
  void dropIdle(Duration idle);

  /**
   * Drops the copies of some tables, of all if none is named; none is made unasked from then on.
   * Repeating it changes nothing.
   */
  void dematerialize(BranchHandle branch, Collection<TableHandle> tables);

  /** The copies that a branch has. */
  List<BranchCopy> copies(BranchHandle branch);

  // ---- operations: the physical half of commit and merge

  /**
   * Does the operation in one local transaction that also records that it is done. If it was done
   * before, answers what it answered then. If the transaction fails, nothing of it is there.
   *
   * <p>Fails with {@link PendingChangesException} (a merge onto uncommitted changes), {@link
   * MergeOvertakenException} (onto live changes that are in conflict with it), {@link
   * ConstraintViolationsException} (the merged rows break constraints), {@link BusyException}
   * (retry later).
   *
   * @param rows for each table id that the operation merges into: what to write; closed by the
   *     adapter
   */
  OperationResult apply(Operation operation, Map<String, PlannedRows> rows);

  /** Whether the operation is done here, and with which result. */
  Optional<OperationResult> result(OperationId operation);

  /**
   * Undoes the operation if it was done: committed changes are uncommitted again, merged rows are
   * what they were, unless an application changed them since, whose values stay. Repeating it
   * changes nothing.
   */
  void revert(Operation operation);

  /** The outcomes of operations are in the log: their bookkeeping is not needed any more. */
  void forget(Collection<OperationId> operations);

  /** Canonical text to JSON and back for the types of this database. */
  ValueCodec values();

  // ---- rebuilding

  /**
   * Puts back what {@link #install} made of a table, where it is lost, and captures changes from
   * now on; what is there stays. The rows of the past are not put back: {@link #restore} does that.
   * What was not committed when the capture was lost is unknown then: the table's rows as they are
   * count as committed.
   *
   * @param position of the operation that installed it
   */
  void repair(TableHandle table, long position);

  /**
   * Makes what clients that connect to the database itself see of branches anew, after all else.
   */
  void renewViews(String repository);

  /**
   * Writes the committed history and overlay of a table on a branch anew from what the log says,
   * replacing what is stored. On the default branch only the history is written: the live table
   * belongs to its users. Uncommitted changes stay. Of a branch that the database does not know, or
   * that is dropped, the rows come back and the name does not: {@link #putBranch} tells of that.
   *
   * @param origin where the rows were before the first of the commits
   * @param head where the rows of the branch's last commit are
   * @param commits in order, from the first that touched this table on this branch; pulled once
   */
  void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits);

  /**
   * The changes of one commit, as the log has them.
   *
   * @param position of the operation
   * @param location where the rows of the commit are
   * @param changes against the state of the table on the branch before it; closed by the adapter
   */
  record CommittedChanges(long position, RowsLocation location, RowStream<RowChange> changes) {}

  /** What introspection found. */
  record Introspection(TableSchema schema, long estimatedRows) {}
}
