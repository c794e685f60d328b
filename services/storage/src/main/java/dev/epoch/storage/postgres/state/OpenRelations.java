package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;

/**
 * A table of a branch that is open, see {@code open_tables.sql}.
 *
 * @param path the table in the branch's schema: all that the branch sees, uncommitted changes too
 * @param workingSet images before uncommitted changes: a quoted name with schema
 */
public record OpenRelations(TablePath path, String workingSet) {
  /** Quoted name of the table with its schema. */
  public String rows() {
    return Quote.qualified(path.schema(), path.table());
  }
}
