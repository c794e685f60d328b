package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Model.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The rows of one client in the live tables, version by version. Between the begin of a write and
 * its answer both versions are possible.
 */
final class LiveRows {
  private final List<Rows> versions = new ArrayList<>();
  private int acknowledged;

  LiveRows(Rows start) {
    versions.add(start);
  }

  /** What is there for sure, unless a write is under way. */
  synchronized Rows now() {
    return versions.get(acknowledged);
  }

  /** A write begins. */
  synchronized void begin(Rows after) {
    versions.add(after);
  }

  /** The write is known to have happened, or not. */
  synchronized void settle(boolean happened) {
    if (!happened) {
      versions.add(versions.get(acknowledged));
    }
    acknowledged = versions.size() - 1;
  }

  /** The newest version that every reader sees from now on. */
  synchronized int acknowledgedVersion() {
    return acknowledged;
  }

  /** The newest version that some reader may see by now. */
  synchronized int latestVersion() {
    return versions.size() - 1;
  }

  /** Whether rows are one of the versions, in each place by itself: a transaction is never torn. */
  synchronized boolean isOneOf(Rows rows, int from, int to) {
    return Stream.of(Place.values())
        .allMatch(place -> isOneOf(rows, from, to, row -> Model.placeOf(row.table()) == place));
  }

  private boolean isOneOf(Rows rows, int from, int to, Predicate<RowId> there) {
    Rows part = rows.where(there);
    for (int version = from; version <= to; version++) {
      if (versions.get(version).where(there).equals(part)) {
        return true;
      }
    }
    return false;
  }

  synchronized String show(int from, int to) {
    return "versions " + from + " to " + to + ": " + versions.subList(from, to + 1);
  }
}
