package dev.epoch.storage.relational;

import dev.epoch.events.table.DataType;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** How one database spells what layers need. */
public interface Dialect {
  /** A name as statements have it. */
  String quote(String name);

  /** A table of the users. */
  default String table(TablePath path) {
    return quote(path.schema()) + "." + quote(path.table());
  }

  /** Begins a transaction; one that writes has, from then on, the last word or waits for it. */
  String begin(boolean writes);

  /** Whether two values are the same or both null; no collation makes others the same. */
  String same(String left, String right);

  /**
   * The type of a column in layer tables: it keeps each value that the live column can have as it
   * is; in keys, with the live column's equality and order.
   */
  String layerType(LiveColumn column, boolean key);

  /** What stands behind the columns of a table that is ordered by its key. */
  String clusteredTable();

  /** Makes a table of this session alone, with a number that counts from 1 before the columns. */
  String temporaryKeys(String name, List<String> columns);

  /** Joins so that the left side is read first. */
  String orderedJoin();

  /** Ends a statement that answers so many rows at most. */
  String limit(long rows);

  /**
   * Statements that capture changes of a table; they replace what {@link #uncapture} takes away.
   */
  List<String> capture(CapturedTable table);

  /** Statements that end the capture, where there is one. */
  List<String> uncapture(TablePath path, int number);

  /**
   * What stands for types of other databases in tables that are made here; empty if none are made.
   */
  default Optional<Function<DataType, String>> madeTypes() {
    return Optional.empty();
  }

  /** What an error means; statements of Epoch's own say {@code doing}. */
  StorageException translate(SQLException error, String doing);

  /** Whether an error says that a row breaks a constraint, and how the message names that. */
  default boolean isViolation(SQLException error) {
    return false;
  }
}
