package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.postgres.codec.Quote;

/**
 * A table of a branch that is open, see {@code open_tables.sql}.
 *
 * @param path the table in the branch's schema: all that the branch sees, uncommitted changes too
 * @param workingSet what says which keys were written since the last commit: a quoted name with
 *     schema
 * @param touchedKeys query for these keys, each once; for FROM
 * @param projection what to read the rows from where the columns of the layers have other names;
 *     else null
 */
public record OpenRelations(
    TablePath path, String workingSet, String touchedKeys, String projection) {
  /** Quoted name of the table with its schema. */
  public String relation() {
    return Quote.qualified(path.schema(), path.table());
  }

  /** What to read the rows from, with the columns of the layers. */
  public String rows() {
    return projection == null ? relation() : projection;
  }
}
