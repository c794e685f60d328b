package dev.epoch.storage.postgres.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.StorageException;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresLocationTest {
  @Test
  void readsAllPartsOfAUrl() {
    PostgresLocation location =
        PostgresLocation.parse(
            "postgresql://us%40er:p%3A%2F%3F%23%40ss%25@db.example.com:6543/my%20db/sales.orders"
                + "?sslmode=require&connect_timeout=5&answer_timeout=60&application_name=my+app&pool_size=3");
    PgConnectOptions options = location.connectOptions(CertificateFiles.ANYWHERE);
    assertThat(options.getUser()).isEqualTo("us@er");
    assertThat(options.getPassword()).isEqualTo("p:/?#@ss%");
    assertThat(options.getHost()).isEqualTo("db.example.com");
    assertThat(options.getPort()).isEqualTo(6543);
    assertThat(options.getDatabase()).isEqualTo("my db");
    assertThat(options.getSslMode()).isEqualTo(SslMode.REQUIRE);
    assertThat(options.getConnectTimeout()).isEqualTo(5_000);
    assertThat(options.getReadIdleTimeout()).isEqualTo(60);
    assertThat(options.getProperties()).containsEntry("application_name", "my+app");
    assertThat(location.poolOptions().getMaxSize()).isEqualTo(3);
    assertThat(location.table()).contains(new TablePath("sales", "orders"));
    assertThat(location).hasToString("postgresql://us@er@db.example.com:6543/my db/sales.orders");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "postgresql://localhost/mydb/public.users, localhost, 5432, public, users",
        "postgres://localhost/mydb/users, localhost, 5432, public, users",
        "postgresql:///mydb/Users, localhost, 5432, public, Users",
        "postgresql://[::1]/mydb/s.t, ::1, 5432, s, t",
        "postgresql://[fe80::1]:99/mydb/s.t, fe80::1, 99, s, t",
        "postgresql://u:p@h:/mydb/s.t, h, 5432, s, t",
        "postgresql://h/mydb/t?schema=other, h, 5432, other, t",
        "`postgresql://h/mydb/\"My Schema\".\"v1.2 \"\"x\"\"\"`, h, 5432, My Schema, `v1.2 \"x\"`",
        "`postgresql://h/mydb/%22a.b%22.%22c%2Fd%22`, h, 5432, a.b, c/d",
        "`postgresql://h/mydb/t'; DROP TABLE x; --`, h, 5432, public, `t'; DROP TABLE x; --`",
        "postgresql://h/mydb/\u6570\u636e.\u00fc, h, 5432, \u6570\u636e, \u00fc",
      })
  void readsTables(String url, String host, int port, String schema, String table) {
    PostgresLocation location = PostgresLocation.parse(url);
    assertThat(location.host()).isEqualTo(host);
    assertThat(location.port()).isEqualTo(port);
    assertThat(location.database()).isEqualTo("mydb");
    assertThat(location.table()).contains(new TablePath(schema, table));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:hunter2@h/db",
        "u:hunter2@h/db",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@h/",
        "postgresql://u:hunter2@h:x/db",
        "postgresql://u:hunter2@h:70000/db",
        "postgresql://u:hunter2%zz@h/db",
        "postgresql://u:hunter2%ff@h/db",
        "postgresql://u:hunter2@h1,h2/db",
        "postgresql://u:hunter2@postgresql%3A%2F%2Fu%3Ahunter2%40h/db",
        "postgresql://u:hunter2@h/db?sslmode=maybe",
        "postgresql://u:hunter2@h/db?unknown=1",
        "postgresql://u:hunter2@h/db?sslmode",
        "postgresql://u:hunter2@h/db?sslcert=x",
        "postgresql://u:hunter2@h/db?pool_size=0",
        "postgresql://u:hunter2@h/db/a.b.c",
        "postgresql://u:hunter2@h/db/\"open",
        "postgresql://u:hunter2@h/db/\"a\"b",
        "postgresql://u:hunter2@h/db/a.",
        "postgresql://u:hunter2@h/db/a%00b",
        "postgresql://u:hunter2@h/db/1234567890123456789012345678901234567890123456789012345678901234",
      })
  void refusesWithoutTellingThePassword(String url) {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> PostgresLocation.parse(url))
        .satisfies(e -> {
          assertThat(e.getMessage()).doesNotContain("hunter2");
          assertThat(e.remedy()).isNotBlank().doesNotContain("hunter2");
        });
  }

  @Test
  void readsConfigurations() {
    PostgresLocation location =
        PostgresLocation.of(
            Map.of(
                "host", "internal-db.private",
                "port", "5433",
                "database", "production",
                "schema", "sales",
                "username", "epoch_user",
                "password", "hunter2",
                "pool_size", "20",
                "connect_timeout", "7"));
    PgConnectOptions options = location.connectOptions(CertificateFiles.ANYWHERE);
    assertThat(options.getHost()).isEqualTo("internal-db.private");
    assertThat(options.getUser()).isEqualTo("epoch_user");
    assertThat(options.getPassword()).isEqualTo("hunter2");
    assertThat(options.getSslMode()).isEqualTo(SslMode.PREFER);
    assertThat(options.isTrustAll()).isTrue();
    assertThat(location.table("orders")).isEqualTo(new TablePath("sales", "orders"));
    assertThat(location.toString()).doesNotContain("hunter2");

    PostgresLocation overridden =
        PostgresLocation.of(
            Map.of(
                "url", "postgresql://a:b@h/db?sslmode=disable",
                "password", "hunter2",
                "sslmode", "require"));
    assertThat(overridden.connectOptions(CertificateFiles.ANYWHERE).getPassword())
        .isEqualTo("hunter2");
    assertThat(overridden.connectOptions(CertificateFiles.ANYWHERE).getSslMode())
        .isEqualTo(SslMode.REQUIRE);
    assertThat(overridden.toString()).isEqualTo("postgresql://a@h:5432/db");
  }

  @ParameterizedTest
  @CsvSource({
    "host, other",
    "port, 5433",
    "database, other",
    "username, other",
    "sslmode, prefer",
    "ssl_rootcert, other.crt",
    "url, postgresql://other/db"
  })
  void aPasswordStaysWithTheAddressItWasGivenFor(String name, String value) {
    PostgresLocation location =
        PostgresLocation.parse("postgresql://u:hunter2@h/db?sslmode=verify-ca&sslrootcert=ca.crt");

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> location.changed(Map.of(name, value)))
        .withMessageContaining("password")
        .satisfies(e -> assertThat(e.getMessage() + e.remedy()).doesNotContain("hunter2"));
    for (String password : List.of("anew", "")) {
      assertThat(location.changed(Map.of(name, value, "password", password)).secrets())
          .containsEntry("password", password);
    }
  }

  @Test
  void aPasswordStaysWhereOtherThingsChange() {
    PostgresLocation location =
        PostgresLocation.parse("postgresql://u:hunter2@h/db?sslmode=require");
    Map<String, String> changes =
        Map.of("host", "H", "pool_size", "3", "sslmode", "verify-full", "schema", "s");

    PostgresLocation changed = location.changed(changes);

    assertThat(changed.secrets()).containsEntry("password", "hunter2");
    assertThat(changed.schema()).isEqualTo("s");
    assertThat(changed.shown()).containsEntry("sslmode", "verify-full");
    assertThat(PostgresLocation.parse("postgresql://u@h/db").changed(Map.of("host", "x")).host())
        .isEqualTo("x");
    assertThat(location.changed(Map.of("url", "postgresql://v:w@x:1/y")).toString())
        .isEqualTo("postgresql://v@x:1/y");
  }

  @Test
  void saysWhichCertificateFileIsMissing() {
    PostgresLocation location =
        PostgresLocation.parse(
            "postgresql://h/db?sslmode=verify-full&sslrootcert=no/such/file.crt");
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> location.connectOptions(CertificateFiles.ANYWHERE))
        .withMessageContaining("no/such/file.crt");
  }
}
