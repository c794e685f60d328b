package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.AppendResult;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Participants write together with the log, and cannot stop it. */
class TransactionParticipantIT extends PostgresLogScenario {

  @BeforeEach
  void createReadModel() {
    clients.execute(
        """
        DROP TABLE IF EXISTS seen, checked, allowed;
        CREATE TABLE seen (position bigint PRIMARY KEY);
        CREATE TABLE allowed (position bigint PRIMARY KEY);
        CREATE TABLE checked (
          position bigint REFERENCES allowed (position) DEFERRABLE INITIALLY DEFERRED
        )
        """);
  }

  /** Notes positions in a table. */
  private static class Positions implements TransactionParticipant {
    final String table;
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final List<Long> missed = new CopyOnWriteArrayList<>();
    final List<Long> called = new CopyOnWriteArrayList<>();

    Positions(String table) {
      this.table = table;
    }

    @Override
    public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
      Long[] positions = appended.stream().map(StoredRecord::position).toArray(Long[]::new);
      called.addAll(List.of(positions));
      return transaction
          .preparedQuery("INSERT INTO " + table + " (position) SELECT unnest($1::bigint[])")
          .execute(Tuple.tuple().addArrayOfLong(positions))
          .replaceWithVoid();
    }

    @Override
    public void failed(Throwable failure, List<StoredRecord> records) {
      failures.add(failure);
      records.forEach(record -> missed.add(record.position()));
    }
  }

  private long seen() {
    return clients.number("SELECT count(*) FROM seen");
  }

  @Test
  void aParticipantWritesInTheTransactionOfTheAppendInOrder() {
    // given
    Positions positions = new Positions("seen");
    PostgresEventLog log = open(positions);

    // when
    List<CompletableFuture<AppendResult>> appends =
        IntStream.range(0, 300)
            .mapToObj(i -> log.append("a", i, List.of(event(i))).subscribeAsCompletionStage())
            .toList();
    appends.forEach(CompletableFuture::join);

    // then
    assertThat(seen()).isEqualTo(300);
    assertThat(positions.called).hasSize(300).isSorted();
    assertThat(positions.failures).isEmpty();
    assertThat(readAll(log)).hasSize(300);
  }

  @Test
  void aRefusedAppendReachesNoParticipant() {
    // given
    Positions positions = new Positions("seen");
    PostgresEventLog log = open(positions);

    // when
    Object refused = outcome(log, "a", 5, event(1));

    // then
    assertThat(refused).isInstanceOf(ExpectedVersionException.class);
    assertThat(positions.called).isEmpty();
  }

  @Test
  void aParticipantThatFailsLosesItsWorkOnly() {
    // given
    Positions broken = new Positions("no_such_table");
    Positions throwing =
        new Positions("seen") {
          @Override
          public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
            throw new IllegalArgumentException("on purpose");
          }
        };
    Positions halfway =
        new Positions("seen") {
          @Override
          public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
            return super.beforeCommit(transaction, appended)
                .onItem()
                .failWith(() -> new IllegalStateException("after writing"));
          }
        };
    Positions silent =
        new Positions("seen") {
          @Override
          public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
            return transaction
                .query("SELECT 1 / 0")
                .execute()
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
          }
        };
    Positions good = new Positions("seen");
    PostgresEventLog log = open(broken, throwing, halfway, silent, good);

    // when
    Object first = outcome(log, "a", 0, event(1));
    Object second = outcome(log, "a", 1, event(2));

    // then
    assertThat(first).isEqualTo(new AppendResult(1, 1));
    assertThat(second).isEqualTo(new AppendResult(2, 2));
    assertThat(seen()).isEqualTo(2);
    for (Positions failing : List.of(broken, throwing, halfway, silent)) {
      assertThat(failing.missed).containsExactly(1L, 2L);
    }
    assertThat(throwing.failures.getFirst()).hasMessage("on purpose");
    assertThat(halfway.failures.getFirst()).hasMessage("after writing");
    assertThat(good.failures).isEmpty();
  }

  @Test
  void deferredConstraintsAreCheckedBeforeTheCommit() {
    // given
    Positions violating = new Positions("checked");
    Positions good = new Positions("seen");
    PostgresEventLog log = open(violating, good);

    // when
    Object result = outcome(log, "a", 0, event(1));

    // then
    assertThat(result).isEqualTo(new AppendResult(1, 1));
    assertThat(violating.missed).containsExactly(1L);
    assertThat(violating.failures.getFirst()).hasMessageContaining("foreign key");
    assertThat(seen()).isEqualTo(1);
    assertThat(clients.number("SELECT count(*) FROM checked")).isZero();
  }

  @Test
  void aParticipantThatNeverAnswersIsLeftOut() {
    // given
    Positions stuck =
        new Positions("seen") {
          @Override
          public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
            return super.beforeCommit(transaction, appended)
                .chain(() -> Uni.createFrom().nothing());
          }
        };
    Positions good = new Positions("seen");
    PostgresEventLog log =
        open(
            configuration()
                .withTimeout(Duration.ofMillis(300))
                .withParticipants(List.of(stuck, good)));

    // when
    Object result = outcome(log, "a", 0, event(1));

    // then
    assertThat(result).isEqualTo(new AppendResult(1, 1));
    assertThat(stuck.missed).containsExactly(1L);
    assertThat(stuck.failures.getFirst()).hasMessageContaining("No answer within");
    assertThat(seen()).isEqualTo(1);
    assertThat(good.failures).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"COMMIT", "ROLLBACK"})
  void aParticipantThatEndsTheTransactionIsLeftOut(String end) {
    // given
    Positions ending =
        new Positions("seen") {
          @Override
          public Uni<Void> beforeCommit(SqlConnection transaction, List<StoredRecord> appended) {
            return transaction.query(end).execute().replaceWithVoid();
          }
        };
    PostgresEventLog log = open(ending);

    // when
    Object first = outcome(log, "a", 0, event(1));
    Object second = outcome(log, "a", 1, event(2));

    // then
    assertThat(first).isEqualTo(new AppendResult(1, 1));
    assertThat(second).isEqualTo(new AppendResult(2, 2));
    assertThat(readAll(log)).extracting(StoredRecord::position).containsExactly(1L, 2L);
    assertThat(ending.missed).containsExactly(1L, 2L);
  }
}
