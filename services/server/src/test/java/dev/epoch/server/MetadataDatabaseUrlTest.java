package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataDatabaseUrlTest {

  private static final String OS_USER = System.getProperty("user.name");

  @Test
  void readsEveryPart() {
    assertThat(MetadataDatabaseUrl.parse("postgresql://user:pass@db.example:5433/horizon_epoch"))
        .isEqualTo(
            new MetadataDatabaseUrl(
                "db.example", 5433, "horizon_epoch", "user", Optional.of("pass"), Map.of()));
  }

  @Test
  void fillsInWhatIsLeftOutAsLibpqDoes() {
    assertThat(MetadataDatabaseUrl.parse("postgresql://"))
        .isEqualTo(
            new MetadataDatabaseUrl(
                "localhost", 5432, OS_USER, OS_USER, Optional.empty(), Map.of()));
    assertThat(MetadataDatabaseUrl.parse("postgres://ann@/"))
        .isEqualTo(
            new MetadataDatabaseUrl("localhost", 5432, "ann", "ann", Optional.empty(), Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://u:p%40ss@h/d, p@ss",
    "postgresql://u:p@ss@h/d, p@ss",
    "postgresql://u:a:b@h/d, a:b",
    "postgresql://u:a+b@h/d, a+b",
    "postgresql://u:%25%2F%3F@h/d, %/?",
    "postgresql://u:%C3%A9@h/d, é",
    "postgresql://u@h/d?password=secret, secret",
    "postgresql://u:outranked@h/d?password=secret, secret",
  })
  void readsThePassword(String url, String password) {
    MetadataDatabaseUrl parsed = MetadataDatabaseUrl.parse(url);

    assertThat(parsed.password()).hasValue(password);
    assertThat(parsed.host()).isEqualTo("h");
    assertThat(MetadataDatabaseUrl.parse(parsed.withCredentials())).isEqualTo(parsed);
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://meta_db/d, meta_db",
    "postgresql://[::1]:5432/d, ::1",
    "postgresql:///d?host=10.0.0.7, 10.0.0.7",
  })
  void readsTheHost(String url, String host) {
    MetadataDatabaseUrl parsed = MetadataDatabaseUrl.parse(url);

    assertThat(parsed.host()).isEqualTo(host);
    assertThat(MetadataDatabaseUrl.parse(parsed.withCredentials())).isEqualTo(parsed);
  }

  @Test
  void configuresTheReactiveDataSource() {
    MetadataDatabaseUrl url =
        MetadataDatabaseUrl.parse("postgresql://user:pass@h:1/my%20db?application_name=a%26b");

    assertThat(url.dataSourceSettings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "quarkus.datasource.reactive.url",
                "postgresql://h:1/my%20db?application_name=a%26b",
                "quarkus.datasource.username",
                "user",
                "quarkus.datasource.password",
                "pass"));
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=require, require",
    "sslmode=require&sslrootcert=/ca.crt, verify-ca",
    "sslrootcert=/ca.crt, verify-ca",
    "sslmode=verify-full&sslrootcert=/ca.crt, verify-full",
  })
  void asksForTheTransportSecurityThatTheUrlNames(String query, String mode) {
    assertThat(MetadataDatabaseUrl.parse("postgresql://u@h/d?" + query).dataSourceSettings())
        .containsEntry("quarkus.datasource.reactive.postgresql.ssl-mode", mode)
        .containsEntry("quarkus.datasource.reactive.url", "postgresql://h:5432/d");
  }

  @Test
  void presentsTheClientCertificate() {
    assertThat(
            MetadataDatabaseUrl.parse("postgresql://u@h/d?sslcert=/c.crt&sslkey=/c.key")
                .dataSourceSettings())
        .containsEntry("quarkus.datasource.reactive.key-certificate-pem.certs", "/c.crt")
        .containsEntry("quarkus.datasource.reactive.key-certificate-pem.keys", "/c.key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h:5432/d",
        "mysql://u:hunter2@h/d",
        "jdbc:postgresql://h/d",
        "postgresql://u:hunter2@h1,h2/d",
        "postgresql://u:hunter2@h:99999/d",
        "postgresql://u:hunter2@h:port/d",
        "postgresql://u:hunter2%zz@h/d",
        "postgresql://u:hunter2@h/d?target_session_attrs=read-write",
        "postgresql://u:hunter2@h/d?sslcert=/c.crt",
        "postgresql://u:hunter2@h/d?sslmode",
        "postgresql://u:hunter2@/d?host=/var/run/postgresql",
      })
  void refusesWhatItCannotHonourAndKeepsThePassword(String url) {
    assertThatThrownBy(() -> MetadataDatabaseUrl.parse(url))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void printsNoPassword() {
    assertThat(MetadataDatabaseUrl.parse("postgresql://u:hunter2@h/d?password=hunter2"))
        .hasToString("postgresql://u@h:5432/d");
  }
}
