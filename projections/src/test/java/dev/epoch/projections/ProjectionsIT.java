package dev.epoch.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.Event;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.projections.conflicts.ConflictsProjector;
import dev.epoch.projections.conflicts.LearntProjector;
import dev.epoch.projections.history.HistoryProjector;
import dev.epoch.projections.recoverysidecars.RecoveryReads;
import dev.epoch.projections.recoverysidecars.RecoverySidecarsProjector;
import dev.epoch.projections.reflog.ReflogProjector;
import dev.epoch.projections.statuses.StatusesProjector;
import dev.epoch.projections.storages.StoragesProjector;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Read models keep up with the log, stop visibly at what they cannot apply, and equal what a
 * rebuild gives.
 */
class ProjectionsIT {
  private static final Duration WAIT = Duration.ofSeconds(20);
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

  private final EventDecoder decoder = new EventDecoder(new RecordCodec());
  private final List<StoredRecord> effects = new CopyOnWriteArrayList<>();
  private final AtomicBoolean poison = new AtomicBoolean();
  private PostgresClients clients;
  private PostgresEventLog log;
  private Projections projections;
  private final Map<String, Long> versions = new java.util.HashMap<>();

  /** The repository whose database is away. */
  private final AtomicReference<String> away = new AtomicReference<>("");

  /** An effect outside the database; refuses deletions while it is poisoned. */
  private final class Effects implements EffectProjector {
    @Override
    public String name() {
      return "effects";
    }

    @Override
    public void apply(ProjectedEvent event) {
      if (poison.get() && event.event() instanceof BranchDeletedV1) {
        throw new IllegalStateException("cannot apply a deletion");
      }
      if (event.repository().equals(away.get())) {
        throw new NotNowException(new IllegalStateException("the database is away"));
      }
      effects.add(event.stored());
    }
  }

  /** A table that refuses renames for ever. */
  private static final class Fragile implements TableProjector {
    @Override
    public String name() {
      return "fragile";
    }

    @Override
    public List<String> tables() {
      return List.of(
          "CREATE TABLE IF NOT EXISTS fragile (position bigint PRIMARY KEY, repository text)");
    }

    @Override
    public List<String> tableNames() {
      return List.of("fragile");
    }

    @Override
    public Uni<Void> apply(SqlConnection transaction, ProjectedEvent event) {
      return event.event() instanceof BranchRenamedV1
          ? Sql.run(transaction, "SELECT 1 / 0")
          : Sql.run(
              transaction,
              "INSERT INTO fragile VALUES ($1, $2)",
              event.stored().position(),
              event.repository());
    }
  }

  @BeforeEach
  void start() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL, ProjectionMigrations.ALL));
    open();
  }

  private void open() {
    List<TableProjector> tables =
        List.of(
            new HistoryProjector(),
            new RecoverySidecarsProjector(),
            new ConflictsProjector(),
            new LearntProjector(),
            new ReflogProjector(),
            new StatusesProjector(),
            new StoragesProjector(),
            new Fragile());
    List<Projector> all = new java.util.ArrayList<>(tables);
    all.add(new Effects());
    log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    projections = new Projections(clients.pool(), log, decoder, all);
    projections.start();
  }

  @AfterEach
  void stop() {
    projections.close();
    log.close().await().atMost(WAIT);
    clients.close();
  }

  @Test
  void whoWaitsForAPositionReadsWhatIsThere() {
    // when
    long last = append(SampleEvents.history());
    projections.include("history", "shop", last, last, WAIT).await().atMost(WAIT);
    projections.include("recovery-sidecars", "shop", last, last, WAIT).await().atMost(WAIT);

    // then
    assertThat(clients.number("SELECT count(*) FROM epoch_read.branches")).isEqualTo(2);
    assertThat(
            clients.number(
                "SELECT jsonb_array_length(changes)::bigint FROM epoch_read.commits WHERE commit_id = 'c1'"))
        .isEqualTo(2);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.recorded_changes")).isZero();
    assertThat(clients.number("SELECT count(*) FROM epoch_read.recovery_sidecars")).isZero();
    RecoveryReads recovery = new RecoveryReads(clients.pool());
    assertThat(recovery.open(List.of("shop")).await().atMost(WAIT)).isEmpty();
    assertThat(recovery.completed(List.of("shop", "other")).await().atMost(WAIT))
        .singleElement()
        .satisfies(completed -> {
          assertThat(completed.originalActor())
              .isEqualTo(new Actor("alice", "Alice", "alice@example.com"));
          assertThat(completed.tables()).isEqualTo(Map.of("users", "applied"));
          assertThat(completed.outcome()).isEqualTo("rolled_forward");
        });
    assertThat(recovery.completed(List.of("other")).await().atMost(WAIT)).isEmpty();
  }

  @Test
  void asynchronousModelsFollow() {
    // when
    long last = append(SampleEvents.history());

    // then
    for (String name : projections.names()) {
      assertThat(projections.await(name, last, WAIT)).as(name).isTrue();
    }
    assertThat(clients.number("SELECT sum(remaining)::bigint FROM epoch_read.open_merges"))
        .isEqualTo(3);
    assertThat(
            clients.number("SELECT count(*) FROM epoch_read.reflog WHERE command = 'cherry-pick'"))
        .isEqualTo(1);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.reflog WHERE command = 'commit'"))
        .isEqualTo(1);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.reflog WHERE command = 'rebase'"))
        .isEqualTo(1);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.reflog_replays")).isZero();
    assertThat(effects).hasSize(SampleEvents.history().size());
    assertThat(projections.status()).allSatisfy(status -> assertThat(status.lag()).isZero());
  }

  @Test
  void rebuiltModelsEqualTheLiveOnes() {
    // given
    long last = append(SampleEvents.history());

    for (String name :
        List.of("history", "recovery-sidecars", "conflicts", "reflog", "statuses", "storages")) {
      // when
      projections.await(name, last, WAIT);
      Projections.Rebuild rebuild = projections.rebuild(name, null);

      // then
      assertThat(rebuild.equal()).as(name).isTrue();
      assertThat(rebuild.position()).isEqualTo(last);
    }

    // when somebody tampers with one
    clients.execute("UPDATE epoch_read.branches SET merge_id = 'wrong' WHERE name = 'main'");

    // then it is found, and the rebuilt one takes its place
    assertThat(projections.rebuild("history", null).equal()).isFalse();
    assertThat(clients.number("SELECT count(*) FROM epoch_read.branches WHERE merge_id = 'wrong'"))
        .isZero();
    assertThat(projections.rebuild("history", null).equal()).isTrue();
  }

  @Test
  void aPoisonEventParksOneProjectionAndTheLogGoesOn() {
    // given
    append(SampleEvents.history());

    // when
    long renamed = append(List.of(new BranchRenamedV1("b2", "feature/x", "feature/y")));
    long last = append(List.of(new BranchCreatedV1("b3", "other", "c1", "main", Map.of())));

    // then
    assertThat(projections.await("history", last, WAIT)).isTrue();
    assertThat(projections.await("conflicts", last, WAIT)).isTrue();
    Stop fragile = parked("fragile", "shop");
    assertThat(fragile.position()).isEqualTo(renamed);
    assertThat(fragile.error()).contains("division by zero");
    assertThatThrownBy(
            () -> projections.include("fragile", "shop", last, last, WAIT).await().atMost(WAIT))
        .isInstanceOf(BehindException.class)
        .hasMessageContaining("parked")
        .hasMessageContaining("division by zero");
    projections.include("fragile", "elsewhere", last, last, WAIT).await().atMost(WAIT);
    Duration soon = Duration.ofMillis(50);
    assertThatThrownBy(
            () -> projections.include("history", "shop", last + 1, last, soon).await().atMost(WAIT))
        .isInstanceOf(BehindException.class)
        .hasMessageContaining("stands at " + last);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.branches")).isEqualTo(3);

    // when it is tried again, it parks again; when the event is skipped, it goes on
    assertThat(projections.retry("fragile", null)).isTrue();
    assertThat(parked("fragile", "shop").position()).isEqualTo(renamed);
    assertThat(projections.skip("fragile", "shop")).isTrue();
    running("fragile");
    assertThat(clients.number("SELECT max(position) FROM epoch_read.fragile")).isEqualTo(last);

    // and follows again
    long next = append(List.of(new BranchDeletedV1("b3", "other", "c1")));
    assertThat(projections.await("fragile", next, WAIT)).isTrue();
    assertThat(clients.number("SELECT max(position) FROM epoch_read.fragile")).isEqualTo(next);
  }

  @Test
  void aPoisonEventStopsItsRepositoryOnly() {
    // given
    poison.set(true);
    append(SampleEvents.history());
    append("repository/other", SampleEvents.history());
    long renamed = append(List.of(new BranchRenamedV1("b2", "feature/x", "feature/y")));
    long deleted = append(List.of(new BranchDeletedV1("b2", "feature/y", "root")));
    List<Event> more = List.of(new BranchCreatedV1("b3", "more", "c1", "main", Map.of()));
    append(more);

    // when
    long other = append("repository/other", more);

    // then the other repository goes on, in tables and in effects
    assertThat(parked("fragile", "shop").position()).isEqualTo(renamed);
    assertThat(parked("effects", "shop").position()).isEqualTo(deleted);
    assertThat(projections.await("effects", other, WAIT)).isTrue();
    assertThat(projections.await("fragile", other, WAIT)).isTrue();
    assertThat(effects.getLast().position()).isEqualTo(other);
    assertThat(clients.number("SELECT max(position) FROM epoch_read.fragile")).isEqualTo(other);
    assertThat(positions("shop")).allMatch(position -> position < deleted);

    // when
    poison.set(false);
    assertThat(projections.retry("effects", "nothing")).isFalse();
    assertThat(projections.retry("effects", "shop")).isTrue();
    assertThat(projections.skip("fragile", "shop")).isTrue();
    running("effects");
    running("fragile");

    // then what was left out follows, in order and once
    assertThat(positions("shop")).isSorted().doesNotHaveDuplicates().contains(deleted);
    assertThat(clients.number("SELECT count(*) FROM epoch_read.fragile"))
        .isEqualTo(2 * SampleEvents.history().size() + 3);
    append(List.of(new BranchCreatedV1("b4", "again", "c1", "main", Map.of())));
    assertThat(projections.status()).allMatch(status -> status.checkpoint().stops().isEmpty());
  }

  @Test
  void whatARepositoryWaitsForKeepsNoOtherWaiting() {
    // given
    away.set("shop");
    long first = append(SampleEvents.history());

    // when
    long other = append("repository/other", SampleEvents.history());

    // then
    assertThat(projections.await("effects", other, WAIT)).isTrue();
    assertThat(positions("other")).hasSize(SampleEvents.history().size());
    assertThat(positions("shop")).isEmpty();
    assertThat(status("effects").stops().get("shop"))
        .satisfies(stop -> {
          assertThat(stop.state()).isNotEqualTo(Stop.State.PARKED);
          assertThat(stop.position()).isEqualTo(1);
          assertThat(stop.error()).isEqualTo("the database is away");
        });

    // when it is there again
    away.set("");

    // then nobody has to do anything
    running("effects");
    assertThat(positions("shop")).hasSize(SampleEvents.history().size()).isSorted().contains(first);
  }

  @Test
  void aRebuildIsAWayOutOfAPoisonEvent() {
    // given
    append(SampleEvents.history());
    append("repository/other", SampleEvents.history());
    long renamed = append(List.of(new BranchRenamedV1("b2", "feature/x", "feature/y")));
    long last = append("repository/other", List.of(new BranchRenamedV1("b2", "feature/x", "y")));
    parked("fragile", "shop");
    parked("fragile", "other");
    clients.execute("DELETE FROM epoch_read.fragile WHERE repository = 'shop'");
    clients.execute("DELETE FROM epoch_read.fragile WHERE repository = 'other' AND position > 12");

    // when one repository is built anew, with the event that cannot be applied
    Projections.Rebuild one = projections.rebuild("fragile", "shop");

    // then it stands before the event again, and the other one is as it was
    assertThat(one.equal()).isFalse();
    assertThat(one.position()).isEqualTo(last);
    assertThat(parked("fragile", "shop").position()).isEqualTo(renamed);
    assertThat(projections.rebuild("fragile", "shop").equal()).isTrue();
    assertThat(projections.rebuild("fragile", "other").equal()).isFalse();
    assertThat(projections.rebuild("fragile", null).equal()).isTrue();
    assertThat(status("fragile").stops()).containsOnlyKeys("shop", "other");

    // when what it is about was made otherwise
    projections.included("fragile", "shop", last);
    projections.skip("fragile", "other");

    // then
    running("fragile");
  }

  @Test
  void anEffectThatFailsIsTriedAgain() {
    // given
    poison.set(true);
    append(SampleEvents.history());
    long deleted = append(List.of(new BranchDeletedV1("b2", "feature/x", "root")));
    assertThat(parked("effects", "shop").position()).isEqualTo(deleted);

    // when
    poison.set(false);
    projections.retry("effects", "shop");

    // then
    running("effects");
    assertThat(effects.getLast().position()).isEqualTo(deleted);
  }

  @Test
  void twoRunnersAndARestartApplyEachEventOnce() {
    // given a second process on the same tables
    Projections second =
        new Projections(
            clients.pool(),
            log,
            decoder,
            List.of(new ConflictsProjector(), new Fragile(), new HistoryProjector()));
    second.start();

    // when
    for (int i = 0; i < 50; i++) {
      append(List.of(new BranchCreatedV1("x" + i, "branch-" + i, "root", "main", Map.of())));
    }
    long last = append(SampleEvents.history());

    // then
    assertThat(second.await("conflicts", last, WAIT)).isTrue();
    assertThat(projections.await("conflicts", last, WAIT)).isTrue();
    second.close();
    projections.close();
    open();
    assertThat(projections.await("conflicts", last, WAIT)).isTrue();
    assertThat(projections.rebuild("conflicts", null).equal()).isTrue();
    assertThat(projections.rebuild("fragile", null).equal()).isTrue();
  }

  private Stop parked(String name, String repository) {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (System.nanoTime() < deadline) {
      Stop stop = status(name).stops().get(repository);
      if (stop != null && stop.state() == Stop.State.PARKED) {
        return stop;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError(name + " is not parked: " + status(name));
  }

  private void running(String name) {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (!status(name).stops().isEmpty()) {
      assertThat(System.nanoTime()).as(status(name).toString()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private Checkpoint status(String name) {
    return projections.status().stream()
        .map(Projections.Status::checkpoint)
        .filter(checkpoint -> checkpoint.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Of the events of a repository whose effects were made, in the order in which they were. */
  private List<Long> positions(String repository) {
    return effects.stream()
        .filter(stored -> stored.stream().equals("repository/" + repository))
        .map(StoredRecord::position)
        .toList();
  }

  private long append(List<Event> events) {
    return append("repository/shop", events);
  }

  private long append(String stream, List<Event> events) {
    RecordCodec codec = new RecordCodec();
    UUID command = UUID.randomUUID();
    List<Envelope> records =
        events.stream()
            .map(event -> {
              RecordType type = RecordType.of(event);
              return new Envelope(
                  UUID.randomUUID(),
                  type.kind(),
                  type.wireName(),
                  type.version(),
                  TIME,
                  Actor.ANONYMOUS,
                  command,
                  null,
                  codec.encode(event));
            })
            .toList();
    var result =
        log.append(stream, versions.getOrDefault(stream, 0L), records).await().atMost(WAIT);
    versions.put(stream, result.version());
    return result.position();
  }
}
