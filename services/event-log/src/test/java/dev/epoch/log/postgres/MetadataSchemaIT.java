package dev.epoch.log.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.log.testing.PostgresClients;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scripts are applied once, in order, all or none. */
class MetadataSchemaIT {
  private static final Duration WAIT = Duration.ofSeconds(30);

  private PostgresClients clients;

  @BeforeEach
  void createDatabase() {
    clients = PostgresClients.open(List.of());
  }

  @AfterEach
  void dropDatabase() {
    clients.close();
  }

  private static Migrations module(String... scripts) {
    return new Migrations("test", MetadataSchemaIT.class, List.of(scripts));
  }

  private void apply(Migrations... modules) {
    new MetadataSchema(clients.pool()).apply(List.of(modules)).await().atMost(WAIT);
  }

  private long count(String table) {
    return clients.number("SELECT count(*) FROM " + table);
  }

  @Test
  void scriptsAreAppliedOnceAndNewOnesLater() {
    // when
    apply(EventLogMigrations.ALL, module("001-first.sql"));
    apply(EventLogMigrations.ALL, module("001-first.sql"));
    apply(module("001-first.sql", "002-second.sql"));

    // then
    assertThat(count("epoch.first")).isEqualTo(1);
    assertThat(count("epoch.second")).isEqualTo(1);
    assertThat(count("epoch.schema_scripts"))
        .isEqualTo(EventLogMigrations.ALL.scripts().size() + 2L);
    assertThat(count("epoch.events")).isZero();
  }

  @Test
  void processesThatStartTogetherWaitForEachOther() {
    // when
    List<CompletableFuture<Void>> starts =
        IntStream.range(0, 8)
            .mapToObj(i ->
                new MetadataSchema(clients.pool())
                    .apply(List.of(EventLogMigrations.ALL, module("001-first.sql")))
                    .subscribeAsCompletionStage())
            .toList();

    // then
    assertThat(CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)))
        .succeedsWithin(WAIT);
    assertThat(count("epoch.first")).isEqualTo(1);
  }

  @Test
  void aScriptThatFailsLeavesNothing() {
    // when
    assertThatThrownBy(() -> apply(module("001-first.sql", "003-fails.sql")))
        .hasMessageContaining("division by zero");

    // then
    assertThat(clients.number("SELECT count(*) FROM pg_tables WHERE tablename = 'first'")).isZero();
    assertThat(count("epoch.schema_scripts")).isZero();
  }

  @Test
  void aDatabaseOfANewerProgramIsRefused() {
    // given
    apply(module("001-first.sql", "002-second.sql"));

    // then
    assertThatThrownBy(() -> apply(module("001-first.sql")))
        .isInstanceOf(SchemaMismatchException.class)
        .hasMessageContaining("newer");
    assertThatThrownBy(() -> apply(module("002-second.sql", "001-first.sql")))
        .isInstanceOf(SchemaMismatchException.class);
  }

  @Test
  void aScriptThatWasChangedIsRefused() {
    // given
    apply(module("001-first.sql"));
    clients.execute("UPDATE epoch.schema_scripts SET digest = 'another' WHERE module = 'test'");

    // then
    assertThatThrownBy(() -> apply(module("001-first.sql")))
        .isInstanceOf(SchemaMismatchException.class)
        .hasMessageContaining("001-first.sql");
  }
}
