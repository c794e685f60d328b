package dev.epoch.log.postgres;

import dev.epoch.log.EventLog;
import dev.epoch.log.testing.AbstractEventLogTests;
import dev.epoch.log.testing.PostgresClients;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresEventLogIT extends AbstractEventLogTests {
  private static PostgresClients clients;
  private PostgresEventLog log;

  @BeforeAll
  static void createTables() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
  }

  @AfterAll
  static void dropDatabase() {
    clients.close();
  }

  @Override
  protected EventLog createLog() {
    clients.execute(
        "TRUNCATE epoch.events; TRUNCATE epoch.stream_owners; UPDATE epoch.log_head SET position = 0");
    log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    return log;
  }

  @Override
  protected void closeLog() {
    await(log.close());
  }
}
