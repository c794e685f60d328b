package dev.epoch.storage.postgres.query;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.state.TableState;

/** The rows of a table at a state, as SQL. */
@FunctionalInterface
public interface StateSelect {
  /**
   * A complete SELECT without parameters or trailing semicolon that gives the table's columns in
   * their order, under their names and with their types. It names every object with its schema, so
   * that it means the same under any search path.
   *
   * @param session in whose transaction, of one snapshot, the SELECT will run
   * @param repeated whether the statement may read the table many times, for each row of another
   */
  String select(Session session, TableHandle table, TableState state, boolean repeated);
}
