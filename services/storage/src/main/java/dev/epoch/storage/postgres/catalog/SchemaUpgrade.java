package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;

/**
 * Brings Epoch's schema in a database up to date before it is first read by this process: the
 * program may need what an older one did not make. Where there is no schema yet there is nothing to
 * do; what makes it makes it new.
 */
public final class SchemaUpgrade {
  private final Database database;
  private final LockRetries retries;
  private volatile boolean settled;

  public SchemaUpgrade(Database database, LockRetries retries) {
    this.database = database;
    this.retries = retries;
  }

  /** Fails as any access to the database does, and is tried again with the next one then. */
  public void settle() {
    if (settled) {
      return;
    }
    if (database.ask(EpochSchema::isBehind)) {
      retries.run(() ->
          database.write(session -> {
            session.run(retries.setting());
            EpochSchema.ensure(session);
            return true;
          }));
    }
    settled = true;
  }
}
