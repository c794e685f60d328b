package dev.epoch.storage.state;

/** Net uncommitted changes of a table, in rows. */
public record PendingChanges(long inserted, long updated, long deleted) {
  public long total() {
    return inserted + updated + deleted;
  }
}
