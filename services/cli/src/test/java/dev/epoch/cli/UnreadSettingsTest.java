package dev.epoch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the seed's pages have users write, and nothing reads: refused, never passed over. */
class UnreadSettingsTest extends CommandTest {

  @BeforeEach
  void inRepository() {
    shell.inRepository("shop", "main");
    server.otherwise(
        "{\"id\": \"abc123f456\", \"name\": \"users\", \"tables\": [], \"storage\": [], \"stashes\": []}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EPOCH_SIGNING_KEY|commit -m m|is set, but commits are not signed",
        "EPOCH_SIGNING_KEY|merge x|is set, but commits are not signed",
        "EPOCH_SIGNING_KEY_PASSWORD|revert HEAD|is set, but commits are not signed",
        "EPOCH_POSTGRES_PROD_URL|storage list|is set, and nothing reads it",
        "EPOCH_POSTGRES_PROD_PASSWORD|storage add x --url postgresql://h/d|is set, and nothing reads",
        "EPOCH_S3_LAKE_BUCKET|table add users|is set, and nothing reads it",
        "EPOCH_MYSQL_OLD_HOST|storage test-credentials --all|is set, and nothing reads it",
        "EPOCH_SSL_CERT|init shop|is set, and nothing reads it",
        "EPOCH_SSL_ROOTCERT|storage list|is set, and nothing reads it"
      })
  void variables(String variable, String command, String problem) {
    shell.set(variable, "x");

    var refused = shell.run(command.split(" "));

    assertThat(refused.err()).startsWith("error: " + variable + " " + problem);
    assertThat(refused.err()).contains("\nhint: unset it");
    assertThat(refused.exitCode()).isEqualTo(5);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aVariableThatAFileTakesInIsRead() {
    shell.set("EPOCH_POSTGRES_PROD_URL", "postgresql://h/d").set("EPOCH_POSTGRES_PORT", "15432");
    shell.write("epoch.toml", "[storage.postgres.prod]\nurl = \"${EPOCH_POSTGRES_PROD_URL}\"\n");

    assertThat(shell.run("storage", "list").err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[logging]~format = \"json\"|status|logging.format",
        "[logging]~file = \"/var/log/epoch.log\"|log|logging.file",
        "[ddl]~check_table_stats = true|schema apply users --from x|ddl.check_table_stats",
        "[ddl.retry]~backoff_multiplier = 2.0|schema apply users --from x|ddl.retry.backoff_multiplier",
        "[routing]~\"raw_*\" = \"s3://a\"|table add users|routing.\"raw_*\"",
        "[profiles.p.logging]~file = \"x\"|--profile p status|profiles.p.logging.file"
      })
  void keys(String text, String command, String key) {
    shell.write("epoch.toml", text.replace('~', '\n') + "\n");

    fails(
        5,
        "error: %s has %s, which nothing reads\nhint: take it out; 'epoch config show --all' lists the keys\n"
            .formatted(shell.folder().resolve("epoch.toml"), key),
        command.split(" "));
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[logging]\nlevel = \"debug\"\n", "[logging]\nlevel = \"trace\"\n"})
  void theLevelOfTheLogShowsExchanges(String text) {
    shell.write("epoch.toml", text);

    assertThat(shell.run("storage", "list").err()).startsWith("GET http");
    shell.set("EPOCH_LOG_LEVEL", "info");
    assertThat(shell.run("storage", "list").err()).isEmpty();
  }

  @Test
  void thereIsNoVaultToCheck() {
    fails(
        2,
        "error: unknown check 'vault'; known: config, server, ready, repository, projections,"
            + " recovery, capture, credentials\n",
        "doctor",
        "--check",
        "vault");
  }
}
