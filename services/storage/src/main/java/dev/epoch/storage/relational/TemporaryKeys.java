package dev.epoch.storage.relational;

import dev.epoch.storage.layered.KeySet;

/**
 * Keys in a temporary table, under the names that layers have for them, each with its number in the
 * column {@code n}.
 *
 * @param name of the temporary table
 */
record TemporaryKeys(RelationalSession session, String name, long size) implements KeySet {
  @Override
  public void close() {
    session.execute(session.store.dialect.dropTemporary(name));
  }
}
