package dev.epoch.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgConnectOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As many connections as a large application holds, all at the same time. */
@Tag("nightly")
@Timeout(300)
class ThousandConnectionsTest {
  private static final int CONNECTIONS = 1_000;

  @Test
  void allAreServed() throws Exception {
    int port = PlainSessions.freePort();
    try (EmbeddedPostgres server =
            EmbeddedPostgres.builder().setServerConfig("max_connections", "1010").start();
        PlainSessions sessions =
            PlainSessions.of(
                new PgConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(server.getPort())
                    .setDatabase("postgres"));
        WireGateway gateway = sessions.gateway(port, CONNECTIONS, Optional.empty())) {
      PlainSessions.listen(gateway);
      gateway.ready();
      List<RawClient> held = new ArrayList<>();
      try {
        for (int i = 0; i < CONNECTIONS; i++) {
          held.add(RawClient.connect(port, "postgres", "shop"));
        }
        assertThat(gateway.connections()).isEqualTo(CONNECTIONS);
        for (int round = 0; round < 3; round++) {
          for (RawClient client : held) {
            client.query("SELECT 1");
          }
          for (RawClient client : held) {
            assertThat(client.readUntilReady()).isPositive();
          }
        }
      } finally {
        for (RawClient client : held) {
          client.close();
        }
      }
    }
  }
}
