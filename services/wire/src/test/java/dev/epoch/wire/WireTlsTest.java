package dev.epoch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.testing.TestCertificates;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS on either side of the gateway, and logins by SCRAM through it. */
@Timeout(120)
class WireTlsTest {
  @TempDir private static Path directory;

  private static TestCertificates certificates;
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws Exception {
    certificates = TestCertificates.in(directory);
    certificates.issue("server", "SAN=dns:localhost");
    Path rules =
        Files.writeString(
            directory.resolve("hba.conf"),
            """
            host all clerk all scram-sha-256
            local all all trust
            host all all all trust
            """);
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", certificates.certificate("server").toString())
            .setServerConfig("ssl_key_file", certificates.key("server").toString())
            .setServerConfig("hba_file", rules.toString())
            .setServerConfig("password_encryption", "scram-sha-256")
            .start();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE clerk LOGIN PASSWORD 'secret'");
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  /** Whether the database sees TLS, and whether the client has it. */
  private static String session(
      boolean offered, SslMode towardsDatabase, String sslMode, String password, String binding)
      throws Exception {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost("localhost")
            .setPort(server.getPort())
            .setDatabase("postgres")
            .setSslMode(towardsDatabase)
            .setTrustAll(true)
            .setHostnameVerificationAlgorithm("");
    int port = PlainSessions.freePort();
    PemKeyCertOptions certificate =
        new PemKeyCertOptions()
            .addCertPath(certificates.certificate("server").toString())
            .addKeyPath(certificates.key("server").toString());
    try (PlainSessions sessions = PlainSessions.of(options);
        WireGateway gateway =
            sessions.gateway(port, 10, offered ? Optional.of(certificate) : Optional.empty())) {
      PlainSessions.listen(gateway);
      gateway.ready();
      Properties properties = new Properties();
      properties.put("user", "clerk");
      properties.put("password", password);
      properties.put("sslmode", sslMode);
      properties.put("channelBinding", binding);
      properties.put("sslrootcert", certificates.certificate("authority").toString());
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://localhost:" + port + "/x", properties);
          Statement statement = connection.createStatement();
          var result =
              statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
        result.next();
        return result.getString(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "false, disable, disable, prefer, f",
    "false, require, disable, prefer, t",
    "false, prefer, prefer, prefer, t",
    "true, disable, verify-full, prefer, f",
    "true, require, verify-full, disable, t",
    "true, require, disable, prefer, t",
  })
  void logins(boolean offered, String database, String client, String binding, String seen)
      throws Exception {
    assertThat(session(offered, SslMode.of(database), client, "secret", binding)).isEqualTo(seen);
  }

  @Test
  void aWrongPasswordIsTheDatabasesError() {
    assertThatThrownBy(() -> session(true, SslMode.DISABLE, "require", "wrong", "disable"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  /** With TLS on both sides a client that would bind its login to the channel cannot log in. */
  @Test
  void channelBindingIsRefusedWithTheRemedy() {
    assertThatThrownBy(() -> session(true, SslMode.REQUIRE, "require", "secret", "prefer"))
        .hasMessageContaining("channel_binding=disable");
  }

  @Test
  void aClientThatDemandsTlsGetsNoSessionWithout() {
    assertThatThrownBy(() -> session(false, SslMode.DISABLE, "require", "secret", "disable"))
        .hasMessageContaining("SSL");
  }
}
