package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.error.BusyException;
import java.util.List;

/**
 * The columns, constraints or indexes of tables are not what this process knew: what was done with
 * them is done again with those of now.
 */
public final class ShapeMovedException extends BusyException {
  private final transient List<TableHandle> tables;

  public ShapeMovedException(List<TableHandle> tables) {
    this(tables, null);
  }

  /**
   * @param cause what a statement met that was made for the shape before, or null
   */
  public ShapeMovedException(List<TableHandle> tables, Throwable cause) {
    super("The shape of a table has changed meanwhile", "Try again", cause);
    this.tables = List.copyOf(tables);
  }

  /** The tables to look at again. */
  public List<TableHandle> tables() {
    return tables;
  }
}
