package dev.epoch.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.Event;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.PostgresEventLog;
import dev.epoch.log.postgres.PostgresLogConfiguration;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.log.testing.PostgresServer;
import dev.epoch.log.testing.Seed;
import dev.epoch.projections.conflicts.ConflictsProjector;
import dev.epoch.projections.conflicts.LearntProjector;
import dev.epoch.projections.history.HistoryProjector;
import dev.epoch.projections.recoverysidecars.RecoverySidecarsProjector;
import dev.epoch.projections.reflog.ReflogProjector;
import dev.epoch.projections.statuses.StatusesProjector;
import dev.epoch.projections.storages.StoragesProjector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two processes run the projections of one database; the log delivers to them what it likes;
 * connections are killed, also between data and checkpoint; processes end and begin anew; some
 * events are poison for one read model.
 *
 * <pre>
 *   then   every read model has every event once, and equals, by digest, one rebuilt from the log
 *          only the read model with the poison event was parked, where and why is told
 * </pre>
 */
class ProjectionTrialIT {
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
  private static final List<String> COMPARED =
      List.of("history", "recovery-sidecars", "conflicts", "storages", "counted");

  private final RecordCodec codec = new RecordCodec();
  private final EventDecoder decoder = new EventDecoder(codec);
  private final ConcurrentHashMap<Long, Integer> effects = new ConcurrentHashMap<>();
  private final List<Projections> processes = new ArrayList<>();
  private PostgresClients clients;
  private PostgresEventLog log;
  private MangledLog mangled;
  private TrialProjectors.Counted counted;
  private long version;
  private long head;
  private int kills;
  private int restarts;
  private int retried;
  private int skipped;
  private int delivered;
  private Random deliveries;

  @BeforeEach
  void open() {
    clients = PostgresClients.open(List.of(EventLogMigrations.ALL, ProjectionMigrations.ALL));
    clients.execute("CREATE TABLE public.trial_poison (name text PRIMARY KEY)");
  }

  @AfterEach
  void close() {
    processes.forEach(Projections::close);
    log.close().await().atMost(WAIT);
    clients.close();
  }

  @Test
  void readModelsAreExactWhateverHappens() {
    run(250, Seed.random("projection trial"));
  }

  @Test
  @Tag("nightly")
  void readModelsAreExactWhateverHappensForAWhile() {
    run(1_000, Seed.random("projection trial, nightly"));
  }

  @Test
  @Tag("long")
  void readModelsAreExactWhateverHappensForLong() {
    run(20_000, Seed.random("projection trial, long"));
  }

  private List<TableProjector> tables() {
    return List.of(
        new HistoryProjector(),
        new RecoverySidecarsProjector(),
        new ConflictsProjector(),
        new LearntProjector(),
        new ReflogProjector(),
        new StatusesProjector(),
        new StoragesProjector(),
        new TrialProjectors.Fragile(),
        counted);
  }

  private void startProcess() {
    List<Projector> all = new ArrayList<>(tables());
    all.add(new TrialProjectors.Effects(effects));
    Projections process = new Projections(clients.pool(), mangled, decoder, all);
    untilTaken(process::start);
    processes.add(process);
  }

  private void run(int commands, Random random) {
    counted = new TrialProjectors.Counted(new Random(random.nextLong()), 400);
    log =
        new PostgresEventLog(
            PostgresLogConfiguration.of(
                clients.vertx(), clients.pool(), clients.database().connectOptions()));
    mangled = new MangledLog(log, new Random(random.nextLong()));
    deliveries = new Random(random.nextLong());
    startProcess();
    startProcess();
    RandomEvents events = new RandomEvents(new Random(random.nextLong()));

    // when
    for (int command = 1; command <= commands; command++) {
      append(events.next());
      int dice = random.nextInt(200);
      if (dice < 8) {
        kill(random);
      } else if (dice == 8) {
        processes.remove(random.nextInt(processes.size())).close();
        startProcess();
        restarts++;
      }
      if (command % 125 == 100) {
        poison("poison-" + command, random.nextBoolean());
      }
    }

    // then
    await("every read model is at " + head, () -> status().stream().allMatch(this::atHead));
    long decoded = number("SELECT count(*) FROM epoch.events WHERE kind = 'event'");
    assertThat(number("SELECT count(*) FROM epoch_read.counted")).isEqualTo(decoded);
    assertThat(
            number(
                "SELECT count(*) FROM (SELECT place, row_number() OVER (ORDER BY position) AS n"
                    + " FROM epoch_read.counted) AS c WHERE place <> n"))
        .as("events applied out of order")
        .isZero();
    assertThat(number("SELECT count(*) FROM epoch_read.fragile")).isEqualTo(decoded - skipped);
    assertThat(effects).as("events with an effect").hasSize((int) decoded);
    int killedWithin = counted.killed.get();
    Projections rebuilder = calmProcess();
    for (String name : COMPARED) {
      Projections.Rebuild rebuild = taken(() -> rebuilder.rebuild(name, null));
      assertThat(rebuild.rebuiltDigest()).as(name).isEqualTo(rebuild.liveDigest());
      assertThat(rebuild.position()).isEqualTo(head);
    }
    System.out.printf(
        "projection trial: %d events, %d connections killed, %d between data and checkpoint,"
            + " %d deliveries, %d mangled, %d effects repeated, %d processes restarted,"
            + " %d poison events retried, %d skipped%n",
        decoded,
        kills,
        killedWithin,
        delivered,
        mangled.mangled.get(),
        effects.values().stream().filter(times -> times > 1).count(),
        restarts,
        retried,
        skipped);
    assertThat(killedWithin).isPositive();
    assertThat(retried + skipped).isPositive();
  }

  /** One that nothing disturbs. */
  private Projections calmProcess() {
    processes.forEach(Projections::close);
    counted = new TrialProjectors.Counted(new Random(0), 0);
    Projections process = new Projections(clients.pool(), log, decoder, new ArrayList<>(tables()));
    processes.add(process);
    untilTaken(process::start);
    return process;
  }

  /** Over another connection where the pool's was killed. */
  private <T> T taken(Supplier<T> question) {
    List<T> answer = new ArrayList<>();
    untilTaken(() -> answer.add(question.get()));
    return answer.getFirst();
  }

  private long number(String sql) {
    return taken(() -> clients.number(sql));
  }

  private void execute(String sql) {
    untilTaken(() -> clients.execute(sql));
  }

  /** One read model stops before the event and says so; the others pass it. */
  private void poison(String name, boolean skip) {
    execute("INSERT INTO public.trial_poison VALUES ('" + name + "')");
    long poisoned = append(List.of(new BranchRenamedV1("b0", "main", name)));
    await("fragile is parked", () -> checkpoint("fragile").parked());
    Checkpoint parked = checkpoint("fragile");
    assertThat(parked.firstParked().orElseThrow().position()).isEqualTo(poisoned);
    assertThat(parked.firstParked().orElseThrow().error()).contains("division by zero");
    long later = append(List.of(new BranchRenamedV1("b0", "main", "harmless")));
    await(
        "the others go on",
        () ->
            status().stream()
                .filter(status -> !status.checkpoint().name().equals("fragile"))
                .allMatch(status ->
                    !status.checkpoint().parked() && status.checkpoint().position() >= later));
    if (skip) {
      skipped++;
      assertThat(taken(() -> processes.getFirst().skip("fragile", "shop"))).isTrue();
    } else {
      retried++;
      // in vain, then with success
      assertThat(taken(() -> processes.getLast().retry("fragile", null))).isTrue();
      await("fragile is parked again", () -> checkpoint("fragile").parked());
      assertThat(checkpoint("fragile").firstParked().orElseThrow().position()).isEqualTo(poisoned);
      execute("DELETE FROM public.trial_poison");
      assertThat(taken(() -> processes.getFirst().retry("fragile", null))).isTrue();
    }
    await("fragile goes on", () -> checkpoint("fragile").stops().isEmpty());
  }

  private void kill(Random random) {
    String victims =
        List.of("application_name = 'epoch log'", "application_name = ''", "true")
            .get(random.nextInt(3));
    PostgresServer.shared()
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                + clients.database().name()
                + "' AND pid <> pg_backend_pid() AND "
                + victims);
    kills++;
  }

  private boolean atHead(Projections.Status status) {
    return status.checkpoint().stops().isEmpty() && status.checkpoint().position() == head;
  }

  private List<Projections.Status> status() {
    List<Projections.Status> found = new ArrayList<>();
    untilTaken(() -> {
      found.clear();
      found.addAll(processes.getFirst().status());
    });
    return found;
  }

  private Checkpoint checkpoint(String name) {
    return status().stream()
        .map(Projections.Status::checkpoint)
        .filter(checkpoint -> checkpoint.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + WAIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s; status %s", what, status()).isLessThan(deadline);
      processes.forEach(process -> process.wake(head));
    }
  }

  /** To some with gaps and repetitions; the others read the log themselves. */
  private void deliver(Projections process, long after) {
    if (deliveries.nextInt(4) == 0) {
      process.wake(head);
    } else {
      EventLog carrier = deliveries.nextBoolean() ? log : mangled;
      untilTaken(() -> {
        List<StoredRecord> records =
            carrier.read(EventLog.ALL, after).collect().asList().await().atMost(WAIT);
        records.forEach(process::onRecord);
      });
      delivered++;
    }
  }

  /** Connections of the trial itself are killed, too. */
  private static void untilTaken(Runnable action) {
    for (int attempt = 1; ; attempt++) {
      try {
        action.run();
        return;
      } catch (RuntimeException killed) {
        if (attempt == 20) {
          throw killed;
        }
      }
    }
  }

  private long append(List<Event> events) {
    List<Envelope> records = events.stream().map(this::envelope).toList();
    AppendResult[] result = new AppendResult[1];
    untilTaken(
        () -> result[0] = log.append("repository/shop", version, records).await().atMost(WAIT));
    version = result[0].version();
    long before = head;
    head = result[0].position();
    processes.forEach(process -> deliver(process, before));
    return head;
  }

  private Envelope envelope(Event event) {
    RecordType type = RecordType.of(event);
    return new Envelope(
        UUID.randomUUID(),
        type.kind(),
        type.wireName(),
        type.version(),
        TIME,
        Actor.ANONYMOUS,
        UUID.randomUUID(),
        null,
        codec.encode(event));
  }
}
