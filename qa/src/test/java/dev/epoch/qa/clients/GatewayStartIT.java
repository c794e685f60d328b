package dev.epoch.qa.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.qa.process.Database;
import dev.epoch.qa.process.Ports;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import dev.epoch.storage.testing.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's port, its certificate, and the end of the server. */
@Tag("nightly")
@Timeout(300)
class GatewayStartIT {
  private static final String URL = "/branches/main/url";

  @TempDir Path folder;

  @Test
  void aPortThatWasAskedForAndIsTakenRefusesTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.launch(Map.of("EPOCH_GATEWAY_PORT", Integer.toString(taken.getLocalPort())));
      assertThat(server.awaitEnd()).isNotZero();
      assertThat(server.log())
          .contains("Epoch ends. Clients of databases cannot reach branches at port")
          .contains("EPOCH_GATEWAY_PORT");
    }
  }

  @Test
  void aPortThatIsNoneRefusesTheStart() throws Exception {
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.launch(Map.of("EPOCH_GATEWAY_PORT", "pgbouncer"));
      assertThat(server.awaitEnd()).isNotZero();
      assertThat(server.log()).contains("EPOCH_GATEWAY_PORT is 'pgbouncer'");
    }
  }

  /** Beside a PgBouncer, which has the same port by default. */
  @Test
  void theDefaultPortMayBeTaken() throws Exception {
    try (ServerSocket _ = takenOrBusy(6432);
        ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.start(Map.of("EPOCH_GATEWAY_PORT", ""));
      Shop shop = Shop.open(server, "without_gateway");
      assertThat(server.log()).contains("The server goes on without.");
      Rest.Answer answer = shop.get(URL);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.text()).contains("EPOCH_GATEWAY_PORT");
    }
  }

  private static ServerSocket takenOrBusy(int port) throws IOException {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException busy) {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
  }

  @Test
  void theCertificateIsThatOfTheApiAndSessionsEndWithTheServer() throws Exception {
    TestCertificates certificates = TestCertificates.in(folder);
    certificates.issue("server", "SAN=dns:localhost");
    try (ServerProcess server = new ServerProcess(folder.resolve("data"))) {
      server.start(
          Map.of(
              "QUARKUS_HTTP_SSL_CERTIFICATE_FILES",
              certificates.certificate("server").toString(),
              "QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES",
              certificates.key("server").toString(),
              "QUARKUS_HTTP_INSECURE_REQUESTS",
              "enabled",
              "QUARKUS_HTTP_SSL_PORT",
              Integer.toString(Ports.free())));
      Shop shop = Shop.open(server, "with_certificate");
      shop.branch("feature/x", "main");
      Database at = server.onBranch(shop.database(), "feature/x");
      String url =
          "jdbc:postgresql://localhost:%d/with_certificate@feature%%2Fx?sslmode=verify-full&sslrootcert=%s&channelBinding=disable"
              .formatted(at.port(), certificates.certificate("authority"));
      assertThat(shop.get(URL).ok().path("urls").get(0).path("url").asText())
          .endsWith("?channel_binding=disable");
      try (Connection session = DriverManager.getConnection(url, at.user(), at.password())) {
        assertThat(Database.rows(session, "SELECT epoch.current_branch()"))
            .containsExactly("feature/x");
        session.setAutoCommit(false);
        Database.execute(session, "UPDATE customers SET name = 'lost'");
        server.stop();
        assertThatThrownBy(() -> Database.rows(session, "SELECT 1"))
            .isInstanceOf(SQLException.class);
      }
    }
  }
}
