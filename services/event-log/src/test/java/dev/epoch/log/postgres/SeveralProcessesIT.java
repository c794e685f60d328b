package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.testing.Seed;
import dev.epoch.log.testing.TailProbe;
import dev.epoch.log.testing.TestRecords;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Several logs on one database, and transactions that take their time. */
class SeveralProcessesIT extends PostgresLogScenario {

  @Test
  void readersSkipNothingWhileTransactionsOfSeveralProcessesOverlap() {
    // given
    Random random = Seed.random("readersSkipNothingWhileTransactionsOfSeveralProcessesOverlap");
    slowAppends();
    List<PostgresEventLog> logs = List.of(open(), open(), open());
    List<TailProbe> tails = new ArrayList<>();
    logs.forEach(log -> tails.add(tail(log, 0)));

    // when
    List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
    for (int writer = 0; writer < 30; writer++) {
      EventLog log = logs.get(writer % logs.size());
      appends.add(appendAll(log, "stream-" + writer, 15).subscribeAsCompletionStage());
    }
    logs.forEach(log -> tails.add(tail(log, random.nextInt(100))));
    appends.forEach(CompletableFuture::join);

    // then
    List<StoredRecord> all = readAll(logs.getFirst());
    assertThat(all)
        .extracting(StoredRecord::position)
        .isEqualTo(LongStream.rangeClosed(1, 30 * 15 * 2).boxed().toList());
    for (TailProbe tail : tails) {
      assertThat(tail.awaitPosition(all.size(), WAIT))
          .isEqualTo(all.subList((int) tail.from(), all.size()));
    }
  }

  private static Uni<AppendResult> appendAll(EventLog log, String stream, int appends) {
    return Multi.createFrom()
        .range(0, appends)
        .onItem()
        .transformToUniAndConcatenate(i -> log.append(stream, i * 2L, TestRecords.events(2)))
        .collect()
        .last();
  }

  @Test
  void ofRacingProcessesExactlyOneWins() {
    // given
    List<PostgresEventLog> logs = List.of(open(), open(), open(), open());

    // when
    List<CompletableFuture<Object>> outcomes =
        IntStream.range(0, 64)
            .mapToObj(i ->
                logs.get(i % 4)
                    .append("a", 0, List.of(event(i)))
                    .onItemOrFailure()
                    .transform((result, failure) -> failure != null ? failure : result)
                    .subscribeAsCompletionStage())
            .toList();

    // then
    List<Object> answers = outcomes.stream().map(CompletableFuture::join).toList();
    assertThat(answers).filteredOn(AppendResult.class::isInstance).hasSize(1);
    assertThat(answers).filteredOn(ExpectedVersionException.class::isInstance).hasSize(63);
    assertThat(readAll(logs.getFirst())).hasSize(1);
  }

  @Test
  void repeatedAppendsOfSeveralProcessesAreStoredOnce() {
    // given
    List<PostgresEventLog> logs = List.of(open(), open(), open());
    List<Envelope> records = TestRecords.events(3);

    // when
    List<CompletableFuture<AppendResult>> answers =
        IntStream.range(0, 30)
            .mapToObj(i -> logs.get(i % 3).append("a", 0, records).subscribeAsCompletionStage())
            .toList();

    // then
    assertThat(answers).extracting(CompletableFuture::join).containsOnly(new AppendResult(3, 3));
    assertThat(readAll(logs.getFirst())).hasSize(3);
  }

  @Test
  void aTransactionHeldOpenElsewhereIsWaitedFor() {
    // given a transaction of another process that has taken position 1 and does not end
    EventLog log = open();
    TailProbe tail = tail(log, 0);
    SqlConnection slow = await(clients.pool().getConnection());
    statement(slow, "BEGIN");
    statement(slow, "UPDATE epoch.log_head SET position = position + 1");
    statement(
        slow,
        """
        INSERT INTO epoch.events
        VALUES (1, 'slow', 1, gen_random_uuid(), 'event', 'x', 1, now(), 'a', '', '', gen_random_uuid(), NULL, '{}', '')
        """);
    statement(slow, GIVE_DIGESTS);

    // when
    CompletableFuture<AppendResult> fast =
        log.append("fast", 0, List.of(event(1))).subscribeAsCompletionStage();
    awaitAppendThatWaits();

    // then
    assertThat(fast).isNotDone();
    assertThat(readAll(log)).isEmpty();
    assertThat(tail.records()).isEmpty();

    // when
    statement(slow, "COMMIT");
    await(slow.close());

    // then
    assertThat(fast.join()).isEqualTo(new AppendResult(2, 1));
    assertThat(tail.awaitPosition(2, WAIT))
        .extracting(StoredRecord::stream)
        .containsExactly("slow", "fast");
  }

  private static void awaitAppendThatWaits() {
    Multi.createBy()
        .repeating()
        .supplier(() ->
            clients.number(
                """
                SELECT count(*)
                FROM pg_stat_activity
                WHERE application_name = 'epoch log' AND wait_event_type = 'Lock'
                """))
        .until(waiting -> waiting == 1)
        .collect()
        .last()
        .await()
        .atMost(WAIT);
  }

  private static void statement(SqlConnection connection, String sql) {
    await(connection.query(sql).execute());
  }
}
