package dev.epoch.storage.branch;

import dev.epoch.storage.TableHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Branches' tables in one place: a tactic of backends whose sessions read branches through layers.
 * Those that can be are opened, see {@link OpenBranchTables}, and the rest is copied. Neither is
 * anybody's state; without any, all is as it was.
 */
public interface Materialization {
  /**
   * Lets clients that connect to the database read the branch's rows of some tables as fast as
   * tables of their own: all of them are in one place, and kept there as the branch changes. It
   * costs the tables' size; where a table is copied, and until it is open, also a second write for
   * each write on the branch. Where older transactions are at work it is read only when they have
   * ended: repeat the call. Repeating it changes nothing.
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
}
