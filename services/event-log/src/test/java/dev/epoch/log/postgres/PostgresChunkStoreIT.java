package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.testing.AbstractChunkStoreTests;
import dev.epoch.log.testing.PostgresClients;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresChunkStoreIT extends AbstractChunkStoreTests {
  private static PostgresClients clients;

  @BeforeAll
  static void createTables() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL));
  }

  @AfterAll
  static void dropDatabase() {
    clients.close();
  }

  @Override
  protected ChunkStore createStore() {
    clients.execute("TRUNCATE epoch.chunks");
    return new PostgresChunkStore(clients.pool());
  }

  /** Flips one bit in the middle. */
  @Override
  protected void corrupt(Digest digest) {
    clients.execute(
        """
        UPDATE epoch.chunks
        SET content = set_bit(content, 4 * octet_length(content), 1 - get_bit(content, 4 * octet_length(content)))
        WHERE digest = '\\x%s'
        """
            .formatted(digest));
  }
}
