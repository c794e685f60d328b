package dev.epoch.storage;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Copies of branches' tables: a tactic of backends whose sessions read branches through layers.
 * They are nobody's state; without any, all is as it was.
 */
public interface Materialization {
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
}
