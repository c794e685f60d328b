package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.FaultProxy;
import dev.epoch.log.testing.TailProbe;
import dev.epoch.log.testing.TestRecords;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is particular to the log in PostgreSQL. */
class PostgresEventLogBehaviourIT extends PostgresLogScenario {

  @Test
  void anAppendThatTheDatabaseRefusesFailsAlone() {
    // given
    clients.execute(
        "ALTER TABLE epoch.events ADD CONSTRAINT poison CHECK (data NOT LIKE '%poison%')");
    try {
      PostgresEventLog log = open();

      // when
      List<CompletableFuture<Object>> appends =
          IntStream.range(0, 50)
              .mapToObj(i ->
                  log.append(
                          "stream-" + i,
                          0,
                          List.of(i == 20 ? TestRecords.withData("{\"poison\":1}") : event(i)))
                      .onItemOrFailure()
                      .transform((result, failure) -> failure != null ? failure : (Object) result)
                      .subscribeAsCompletionStage())
              .toList();
      List<Object> outcomes = appends.stream().map(CompletableFuture::join).toList();

      // then
      assertThat(outcomes.get(20)).isInstanceOf(LogUnavailableException.class);
      assertThat(outcomes).filteredOn(AppendResult.class::isInstance).hasSize(49);
      assertThat(readAll(log)).hasSize(49);
    } finally {
      clients.execute("ALTER TABLE epoch.events DROP CONSTRAINT poison");
    }
  }

  @Test
  void appendsThatComeTogetherShareTransactions() {
    // given
    PostgresEventLog log = open();

    // when
    IntStream.range(0, 1000)
        .mapToObj(i -> log.append("stream-" + i, 0, List.of(event(i))).subscribeAsCompletionStage())
        .toList()
        .forEach(CompletableFuture::join);

    // then
    assertThat(clients.number("SELECT count(DISTINCT xmin::text) FROM epoch.events"))
        .isLessThan(100);
  }

  @Test
  void streamsAreToldWithoutReadingTheirRecords() {
    // given
    PostgresEventLog log = open();
    assertThat(log.streams().await().atMost(WAIT)).isEmpty();
    for (String stream : List.of("b", "a", "ä", "A", "b")) {
      long version = stream.equals("b") ? readAll(log).size() / 4 : 0;
      outcome(log, stream, version, event(1));
    }
    clients.execute(
        """
        INSERT INTO epoch.events
        SELECT 5 + n, 'long', n, gen_random_uuid(), 'event', 'no record', 1, now(), '', '', '', gen_random_uuid(), NULL, '', ''
        FROM generate_series(1, 20000) AS n
        """);
    clients.execute("VACUUM ANALYZE epoch.events");

    // when, then
    assertThat(log.streams().await().atMost(WAIT))
        .containsExactlyInAnyOrder("A", "a", "b", "long", "ä");
    List<String> plan = new ArrayList<>();
    clients
        .pool()
        .query("EXPLAIN (ANALYZE, TIMING OFF) " + EventRows.STREAMS)
        .execute()
        .await()
        .atMost(WAIT)
        .forEach(row -> plan.add(row.getString(0)));
    assertThat(plan)
        .noneMatch(line -> line.contains("Seq Scan on events"))
        .filteredOn(line -> line.contains("events"))
        .isNotEmpty()
        .allMatch(line -> line.matches(".*rows=[01](\\.\\d+)? loops=.*"), "at most one row a step");
  }

  @Test
  void tailsPollWhileNotificationsAreLost() {
    // given a connection that listens into the void
    try (FaultProxy proxy = FaultProxy.to(clients.database())) {
      proxy.swallow(true);
      PostgresEventLog reader =
          open(
              PostgresLogConfiguration.of(
                      clients.vertx(),
                      clients.pool(),
                      clients.database().connectOptions().setPort(proxy.port()))
                  .withPollInterval(Duration.ofMillis(50)));
      PostgresEventLog writer = open();
      TailProbe tail = tail(reader, 0);

      // when
      outcome(writer, "a", 0, event(1));
      tail.awaitPosition(1, WAIT);
      outcome(writer, "a", 1, event(2));

      // then
      assertThat(tail.awaitPosition(2, WAIT)).hasSize(2);
    }
  }

  @Test
  void notificationsComeBeforeThePoll() {
    // given
    PostgresEventLog reader = open(configuration().withPollInterval(Duration.ofHours(1)));
    PostgresEventLog writer = open();
    TailProbe tail = tail(reader, 0);

    // when
    for (int i = 0; i < 20; i++) {
      outcome(writer, "a", i, event(i));
    }

    // then
    tail.awaitPosition(20, WAIT);
  }

  @Test
  void allTailsOfALogShareOneConnectionThatListens() {
    // given
    PostgresEventLog log = open();

    // when
    List<TailProbe> tails = IntStream.range(0, 50).mapToObj(i -> tail(log, 0)).toList();
    outcome(log, "a", 0, event(1));
    tails.forEach(tail -> tail.awaitPosition(1, WAIT));

    // then
    assertThat(
            clients.number(
                """
                SELECT count(*)
                FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'epoch log tail'
                """))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void aDatabaseThatDoesNotKeepItsWordIsRefused() {
    // given
    clients.execute(
        "ALTER ROLE CURRENT_USER IN DATABASE %s SET synchronous_commit = off"
            .formatted(clients.database().name()));
    try {
      // when
      Object refused = outcome(open(), "a", 0, event(1));

      // then
      assertThat(refused)
          .isInstanceOf(LogUnavailableException.class)
          .asString()
          .contains("synchronous_commit");
    } finally {
      clients.execute(
          "ALTER ROLE CURRENT_USER IN DATABASE %s RESET synchronous_commit"
              .formatted(clients.database().name()));
    }
  }

  @Test
  void answersArriveOnTheContextThatAsked() throws Exception {
    // given
    PostgresEventLog log = open();
    Context context = clients.vertx().getDelegate().getOrCreateContext();
    CompletableFuture<Context> answeredOn = new CompletableFuture<>();

    // when
    context.runOnContext(start ->
        log.append("a", 0, List.of(event(1)))
            .subscribe()
            .with(
                result -> answeredOn.complete(Vertx.currentContext()),
                answeredOn::completeExceptionally));

    // then
    assertThat(answeredOn.get(WAIT.toSeconds(), TimeUnit.SECONDS)).isSameAs(context);
  }

  @Test
  void aClosedLogEndsItsTailsAndRefusesAppends() {
    // given
    PostgresEventLog log = open();
    Envelope stored = event(1);
    outcome(log, "a", 0, stored);
    TailProbe tail = tail(log, 0);
    assertThat(tail.awaitPosition(1, WAIT))
        .extracting(StoredRecord::envelope)
        .containsExactly(stored);

    // when
    await(log.close());

    // then
    assertThat(tail.awaitFailure(WAIT)).hasMessageContaining("closed");
    assertThat(outcome(log, "a", 1, event(2))).isInstanceOf(LogUnavailableException.class);
  }
}
