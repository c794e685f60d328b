package dev.epoch.storage.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.mysql.testing.MariaDb;
import dev.epoch.storage.testing.TestCertificates;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The five modes of TLS, with a server that has a certificate and one that has none. */
class MysqlTlsTest {
  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static MariaDb encrypted;

  @BeforeAll
  static void aServerWithACertificate() {
    certificates = TestCertificates.in(folder);
    certificates.issue("server", "SAN=dns:localhost");
    encrypted =
        MariaDb.start(
            "--ssl-cert=" + certificates.certificate("server"),
            "--ssl-key=" + certificates.key("server"),
            "--ssl-ca=" + certificates.certificate("authority"));
  }

  @AfterAll
  static void stop() {
    encrypted.stop();
  }

  private static MysqlSettings settings(MariaDb server, String mode, String authority) {
    return settings(server, "localhost", mode, authority);
  }

  private static MysqlSettings settings(
      MariaDb server, String host, String mode, String authority) {
    Map<String, String> given = new HashMap<>();
    given.put(
        "url",
        "mysql://root@%s:%d/mysql?ssl-mode=%s&connect_timeout=20"
            .formatted(host, server.port(), mode));
    if (authority != null) {
      given.put("ssl_ca", certificates.certificate(authority).toString());
    }
    return MysqlSettings.of(given);
  }

  /** The cipher of a connection, empty for none. */
  private static String cipher(MysqlSettings settings) throws SQLException {
    try (Connection connection =
        MysqlConnections.source(settings, AddressRules.ANYTHING).getConnection()) {
      return Queries.all(connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'", r -> r.getString(2))
          .getFirst();
    }
  }

  @Test
  void connectionsAreEncryptedAsTheModeSays() throws SQLException {
    assertThat(cipher(settings(encrypted, "disabled", null))).isEmpty();
    for (String mode : List.of("preferred", "required")) {
      assertThat(cipher(settings(encrypted, mode, null))).as(mode).isNotEmpty();
    }
    for (String mode : List.of("verify_ca", "verify_identity")) {
      assertThat(cipher(settings(encrypted, mode, "authority"))).as(mode).isNotEmpty();
    }
    assertThat(cipher(settings(MariaDb.shared(), "preferred", null))).isEmpty();
  }

  @Test
  void whatTheModeAsksForIsAskedFor() throws SQLException {
    for (MysqlSettings refused :
        List.of(
            settings(MariaDb.shared(), "required", null),
            settings(MariaDb.shared(), "verify_ca", "authority"),
            settings(encrypted, "verify_ca", "stranger"),
            settings(encrypted, "verify_identity", "stranger"),
            settings(encrypted, "127.0.0.1", "verify_identity", "authority"))) {
      assertThatThrownBy(() -> cipher(refused))
          .as(refused.tls().text())
          .isInstanceOf(SQLException.class);
    }
    // the certificate is the authority's, and names another host
    assertThat(cipher(settings(encrypted, "127.0.0.1", "verify_ca", "authority"))).isNotEmpty();
  }

  @Test
  void aTestOfTheStorageTellsWhyItCannotConnect() {
    try (MysqlStorageAdapter adapter =
        new MysqlStorageAdapter(
            settings(encrypted, "verify_ca", "stranger"), AddressRules.ANYTHING)) {
      assertThat(adapter.check().problems())
          .singleElement()
          .extracting(Problem::problem)
          .asString()
          .contains("localhost");
    }
    try (MysqlStorageAdapter adapter =
        new MysqlStorageAdapter(
            settings(encrypted, "required", null), AddressRules.of(false, List.of()))) {
      assertThat(adapter.check().problems())
          .singleElement()
          .extracting(Problem::remedy)
          .asString()
          .contains("EPOCH_STORAGE_ALLOW");
    }
  }

  @Test
  void settingsWithoutEffectAreRefused() {
    assertThatThrownBy(() -> settings(encrypted, "required", "authority"))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("asks no certificate");
    assertThatThrownBy(() -> settings(encrypted, "sometimes", null))
        .isInstanceOf(BadLocationException.class)
        .hasMessageContaining("verify_identity");
  }
}
