package dev.epoch.storage.relational;

import dev.epoch.events.table.DataType;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** How one database spells what layers need. */
public interface Dialect {
  /** A name as statements have it. */
  String quote(String name);

  /** A table of the users. */
  default String table(TablePath path) {
    return quote(path.schema()) + "." + quote(path.table());
  }

  /**
   * Begins a transaction; of those that write layers there is one at a time.
   *
   * @throws StorageException if others were in the way for too long
   */
  void begin(Connection connection, Access access) throws SQLException;

  /** So long operations that meet locks of applications are tried again. */
  default Duration patience() {
    return Duration.ZERO;
  }

  /** Ends what {@link #begin} began beside the transaction, which has ended. */
  default void end(Connection connection, Access access) throws SQLException {}

  /**
   * Whether statements that change shapes belong to transactions. Where they do not, each commits
   * what was written before: steps that make or alter tables can then be repeated wherever they
   * were broken off.
   */
  default boolean definesInTransactions() {
    return true;
  }

  /**
   * Whether the capture notes where a former row's validity begins. Where it does not, it notes -1,
   * which means: where what was committed of that key ends.
   */
  default boolean capturesBeginnings() {
    return true;
  }

  /**
   * Whether INSERT ... SELECT and DELETE with a subquery read as SELECT does, beside writers and
   * from the table that they change.
   */
  default boolean changesWhatItReads() {
    return true;
  }

  /** Whether two values of a type are the same or both null; no collation makes others the same. */
  String same(String left, String right, DataType type);

  /**
   * A value as queries answer it, so that the codec reads all of it, and that it is one type in all
   * layers.
   *
   * @param key whether rows are ordered by it
   */
  default String selected(String value, DataType type, boolean key) {
    return value;
  }

  /** A value of a key, so that comparisons and ORDER BY agree, in each layer. */
  default String keyed(String value, DataType type) {
    return value;
  }

  /**
   * The type of a column in layer tables: it keeps each value that the live column can have as it
   * is; in keys, with the live column's equality and order.
   */
  String layerType(LiveColumn column, boolean key);

  /** What stands behind the columns of a table that is ordered by its key. */
  String clusteredTable();

  /** What stands behind the columns of a table of Epoch's own notes. */
  default String noteTable() {
    return "";
  }

  /** The type of texts of any length. */
  default String longText() {
    return "TEXT";
  }

  /** Tables beside those of the registry, by name, with the statements that make them. */
  default Map<String, List<String>> ownTables() {
    return Map.of();
  }

  /**
   * The type of a layer column whose live column has another type now; it holds former values too.
   *
   * @param type that it has
   */
  default String widened(String type, LiveColumn now, boolean key) {
    return type;
  }

  /** Makes a table of this session alone, with a number that counts from 1 before the columns. */
  String temporaryKeys(String name, List<String> columns);

  default String dropTemporary(String name) {
    return "DROP TABLE IF EXISTS " + name;
  }

  /** Prepares a query of many rows, so that they are not held in memory. */
  default void stream(PreparedStatement query) throws SQLException {}

  /** Joins so that the left side is read first. */
  String orderedJoin();

  /** Ends a statement that answers so many rows at most. */
  String limit(long rows);

  /** Statements that capture changes of a table, in place of those that are there. */
  List<String> capture(Connection connection, CapturedTable table) throws SQLException;

  /** Statements that end the capture, where there is one. */
  List<String> uncapture(Connection connection, TablePath path, int number) throws SQLException;

  /**
   * What stands for types of other databases in tables that are made here, of columns that must be
   * unique, or not; empty if none are made.
   */
  default Optional<BiFunction<DataType, Boolean, String>> madeTypes() {
    return Optional.empty();
  }

  /** What an error means; statements of Epoch's own say {@code doing}. */
  StorageException translate(SQLException error, String doing);

  /** Whether an error says that a row breaks a constraint, and how the message names that. */
  default boolean isViolation(SQLException error) {
    return false;
  }
}
