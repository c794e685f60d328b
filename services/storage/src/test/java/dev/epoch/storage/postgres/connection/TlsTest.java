package dev.epoch.storage.postgres.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestCertificates;
import io.vertx.sqlclient.PoolOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The TLS modes against a server with a certificate for localhost, and one without TLS. */
@Timeout(60)
class TlsTest {
  private static final String NONE = "none";

  @TempDir private static Path directory;

  private static TestCertificates certificates;
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException {
    certificates = TestCertificates.in(directory);
    certificates.issue("server", "SAN=dns:localhost");
    certificates.issue("client");
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", certificates.certificate("server").toString())
            .setServerConfig("ssl_key_file", certificates.key("server").toString())
            .setServerConfig("ssl_ca_file", certificates.certificate("authority").toString())
            .start();
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  /** Version of TLS that the server sees, {@code none} without, and the client's certificate. */
  private static String connect(Map<String, String> settings) {
    Map<String, String> configuration = new HashMap<>(settings);
    configuration.putIfAbsent("host", "localhost");
    configuration.putIfAbsent("port", String.valueOf(server.getPort()));
    configuration.put("database", "postgres");
    configuration.put("username", "postgres");
    configuration.put("password", "postgres");
    PostgresLocation location = PostgresLocation.of(configuration);
    try (Database database =
        new Database(
            new Connecting(StoragePostgres.vertx(), AddressRules.of(true, List.of())),
            location.connectOptions(CertificateFiles.ANYWHERE),
            location.poolOptions())) {
      return database
          .read(session ->
              session.first(
                  """
                  SELECT coalesce(version, 'none') || coalesce(' ' || client_dn, '')
                  FROM pg_stat_ssl
                  WHERE pid = pg_backend_pid()
                  """,
                  row -> row.getString(0)))
          .orElseThrow();
    }
  }

  private static String authority() {
    return certificates.certificate("authority").toString();
  }

  @Test
  void disableAndAllowDoWithoutTls() {
    assertThat(connect(Map.of("sslmode", "disable"))).isEqualTo(NONE);
    assertThat(connect(Map.of("sslmode", "allow"))).isEqualTo(NONE);
  }

  @Test
  void preferIsTheDefaultAndTakesTlsWhereThereIsOne() {
    assertThat(connect(Map.of())).startsWith("TLSv1");
    assertThat(connect(Map.of("sslmode", "prefer"))).startsWith("TLSv1");
    assertThat(connect(Map.of("sslmode", "prefer", "port", String.valueOf(StoragePostgres.port()))))
        .isEqualTo(NONE);
  }

  @Test
  void requireInsistsOnTlsOnly() {
    assertThat(connect(Map.of("sslmode", "require"))).startsWith("TLSv1");
    refused(Map.of("sslmode", "require", "port", String.valueOf(StoragePostgres.port())));
  }

  @Test
  void verifyCaInsistsOnTheAuthority() {
    for (String mode : List.of("verify-ca", "require")) {
      assertThat(connect(Map.of("sslmode", mode, "ssl_rootcert", authority()))).startsWith("TLSv1");
      assertThat(connect(Map.of("sslmode", mode, "ssl_rootcert", authority(), "host", "127.0.0.1")))
          .startsWith("TLSv1");
      refused(
          Map.of("sslmode", mode, "ssl_rootcert", certificates.certificate("stranger").toString()));
    }
    refused(Map.of("sslmode", "verify-ca"));
    refused(Map.of("sslmode", "verify-ca", "ssl_rootcert", "system"));
  }

  @Test
  void verifyFullInsistsOnTheHostToo() {
    assertThat(connect(Map.of("sslmode", "verify-full", "ssl_rootcert", authority())))
        .startsWith("TLSv1");
    refused(Map.of("sslmode", "verify-full", "ssl_rootcert", authority(), "host", "127.0.0.1"));
    refused(Map.of("sslmode", "verify-full"));
  }

  @Test
  void answersDoNotTellWhatListensAtAnAddress() throws IOException {
    List<String> answers = new ArrayList<>();
    try (ServerSocket silent = new ServerSocket(0)) {
      answers.add(answer(silent.getLocalPort()));
    }
    try (ServerSocket talking = new ServerSocket(0)) {
      Thread.startVirtualThread(() -> greetEverybody(talking));
      answers.add(answer(talking.getLocalPort()));
    }
    try (ServerSocket closed = new ServerSocket(0)) {
      int port = closed.getLocalPort();
      closed.close();
      answers.add(answer(port));
    }

    assertThat(answers).hasSize(3).containsOnly("The database cannot be reached");
  }

  private static void greetEverybody(ServerSocket server) {
    try {
      while (true) {
        try (Socket accepted = server.accept()) {
          accepted.getOutputStream().write("SSH-2.0-server\r\n".getBytes(US_ASCII));
        }
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private static String answer(int port) {
    Map<String, String> settings = Map.of("port", String.valueOf(port), "connect_timeout", "1");
    try {
      return connect(settings);
    } catch (StorageUnavailableException unavailable) {
      return unavailable.getMessage();
    }
  }

  @Test
  void aRefusedAddressIsNotConnectedTo() throws IOException {
    try (ServerSocket listening = new ServerSocket(0);
        Database database =
            new Database(
                new Connecting(StoragePostgres.vertx(), AddressRules.of(false, List.of())),
                PostgresLocation.parse(
                        "postgresql://u:p@localhost:" + listening.getLocalPort() + "/db")
                    .connectOptions(CertificateFiles.ANYWHERE),
                new PoolOptions().setMaxSize(1))) {
      listening.setSoTimeout(100);

      assertThatExceptionOfType(BadLocationException.class)
          .isThrownBy(() -> database.read(session -> session));
      assertThatExceptionOfType(BadLocationException.class)
          .isThrownBy(() -> database.ask(session -> session));
      assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(listening::accept);
    }
  }

  @Test
  void showsTheClientsCertificate() {
    String key = certificates.key("client").toString();
    String encrypted = certificates.encryptedKey("client", "hunter2").toString();
    Map<String, String> settings = new HashMap<>();
    settings.put("sslmode", "verify-full");
    settings.put("ssl_rootcert", authority());
    settings.put("ssl_cert", certificates.certificate("client").toString());
    settings.put("ssl_key", key);
    assertThat(connect(settings)).contains("/CN=client");

    settings.put("ssl_key", encrypted);
    settings.put("ssl_key_password", "hunter2");
    assertThat(connect(settings)).contains("/CN=client");

    settings.put("ssl_key_password", "wrong");
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> connect(settings))
        .satisfies(e -> assertThat(e.remedy()).isEqualTo("Check ssl_key_password"));
  }

  private static void refused(Map<String, String> settings) {
    assertThatExceptionOfType(StorageUnavailableException.class)
        .isThrownBy(() -> connect(settings));
  }
}
