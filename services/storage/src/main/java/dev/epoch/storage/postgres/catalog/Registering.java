package dev.epoch.storage.postgres.catalog;

import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.Session;
import java.util.function.Consumer;

/** Transactions that register tables, or put back what registering them has made: one at a time. */
public final class Registering {
  private Registering() {}

  /** Does the work in one, with Epoch's schema up to date. */
  public static void run(Database database, LockRetries retries, Consumer<Session> work) {
    retries.run(() ->
        database.write(session -> {
          session.run(retries.setting());
          EpochSchema.ensure(session);
          session.run("LOCK TABLE epoch.tables IN SHARE ROW EXCLUSIVE MODE");
          work.accept(session);
          return null;
        }));
  }
}
