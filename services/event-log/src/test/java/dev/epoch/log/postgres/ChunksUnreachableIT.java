package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Digest;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.testing.FaultProxy;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.PostgresServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whoever cannot reach the chunks is told to come back, as with the log itself. */
class ChunksUnreachableIT {
  private static final Duration WAIT = Duration.ofSeconds(30);

  @Test
  void theConnectionBreaksInTheMidstOfAnAnswer() {
    PostgresServer.Database database = PostgresServer.shared().newDatabase();
    PostgresServer.Database behind;
    try (FaultProxy proxy = FaultProxy.to(database)) {
      behind =
          new PostgresServer.Database(
              "localhost", proxy.port(), database.name(), database.user(), database.password());
      try (PostgresClients clients =
          PostgresClients.open(behind, List.of(EventLogMigrations.ALL))) {
        // given
        PostgresChunkStore store = new PostgresChunkStore(clients.pool());
        byte[] content = "content".getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(content);
        store.putAll(Map.of(digest, content)).await().atMost(WAIT);

        // when, then
        proxy.cutNextAnswer();
        assertThatThrownBy(() -> store.get(digest).await().atMost(WAIT))
            .isInstanceOf(LogUnavailableException.class);
        proxy.cutNextAnswer();
        assertThatThrownBy(() -> store.putAll(Map.of(digest, content)).await().atMost(WAIT))
            .isInstanceOf(LogUnavailableException.class);
        assertThat(store.get(digest).await().atMost(WAIT)).isEqualTo(content);
      }
    }
  }
}
