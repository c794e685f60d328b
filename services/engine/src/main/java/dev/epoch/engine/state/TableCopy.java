package dev.epoch.engine.state;

import dev.epoch.events.Digest;

/**
 * What a table that was copied from another one, and that one, have of each other.
 *
 * @param originId id of the table that it was copied from
 * @param brought commit up to which changes of the origin are in the copy
 * @param returned commit up to which changes of the copy are in the origin; null: none, since the
 *     copy was made
 * @param lastReturned whether it was changes of the copy that were written last
 */
public record TableCopy(String originId, Digest brought, Digest returned, boolean lastReturned) {

  TableCopy synced(boolean isReturned, Digest commit) {
    return isReturned
        ? new TableCopy(originId, brought, commit, true)
        : new TableCopy(originId, commit, returned, false);
  }
}
