package dev.epoch.storage.relational;

import dev.epoch.storage.TablePath;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a database's catalogs say of the users' tables. */
public interface Catalog {
  /** Tables of users; those of Epoch left out. */
  List<TablePath> tables(Connection connection) throws SQLException;

  /**
   * Empty if there is none.
   *
   * @throws dev.epoch.storage.error.NotVersionableException if it is of a kind that has no rows of
   *     its own
   */
  Optional<LiveTable> table(Connection connection, TablePath path) throws SQLException;

  /**
   * What the capture of a table reads: names of the live columns by those of the layers' columns.
   * They follow renames. Empty if the capture is not as Epoch made it.
   */
  Map<String, String> captured(Connection connection, TablePath path, int number)
      throws SQLException;

  /** Changes with every change of a shape in the database. */
  long version(Connection connection) throws SQLException;

  /** About how many rows a table has. */
  long estimate(Connection connection, TablePath path) throws SQLException;
}
