package dev.epoch.model.schema.migration;

/**
 * How a migration is to be made.
 *
 * @param online whether it lets writers go on: indexes are built concurrently, constraints are
 *     added first and checked afterwards
 * @param concurrentIndexes whether indexes of tables that are there are built and dropped
 *     concurrently; so are they in an online migration
 */
public record MigrationOptions(boolean online, boolean concurrentIndexes) {
  /** Everything can run in one transaction. */
  public static final MigrationOptions TRANSACTIONAL = new MigrationOptions(false, false);

  /** For scripts that people read and run. */
  public static final MigrationOptions SCRIPT = new MigrationOptions(false, true);

  /** Beside an application that writes. */
  public static final MigrationOptions ONLINE = new MigrationOptions(true, true);

  /** Whether indexes are built beside writers. */
  public boolean concurrently() {
    return online || concurrentIndexes;
  }
}
