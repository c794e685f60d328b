package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.processing.OperationNotInFlightException;
import dev.epoch.engine.state.Outcomes;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.Command;
import dev.epoch.events.command.CreateBranchV1;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.gateway.ScriptedLog.Fate;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RepositoryStream;
import dev.epoch.gateway.stream.StateSnapshots;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemorySnapshotStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveRepositoryTest {
  private static final Actor ALICE = new Actor("alice", "Alice", "");
  private static final String STREAM = RepositoryStream.name("shop");
  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private static final Duration KEPT = Duration.ofHours(24);

  private final AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
  private final InstantSource clock = () -> Instant.now().plus(later.get());
  private final ScriptedLog log = new ScriptedLog();
  private final MemorySnapshotStore snapshots = new MemorySnapshotStore();
  private final AtomicLong ids = new AtomicLong();
  private final List<LiveRepository> opened = new ArrayList<>();
  private LiveRepository repository;

  @BeforeEach
  void create() {
    repository = open("shop", 1_000_000);
    repository.step(new CreateRepositoryV1("shop", null, null), caller(null));
  }

  @AfterEach
  void close() {
    log.release();
    opened.forEach(LiveRepository::close);
  }

  /** The repository as a process has it that starts now. */
  private LiveRepository open(String name, long snapshotInterval) {
    LiveRepository live =
        new LiveRepository(
            new RepositoryStream(
                name,
                log,
                new StateSnapshots(snapshots, snapshotInterval),
                new RecordCodec(),
                clock,
                () -> "%012d".formatted(ids.incrementAndGet()),
                KEPT),
            (adopting, operation) -> {});
    opened.add(live);
    return live;
  }

  private static Caller caller(String key) {
    return Caller.of(ALICE, key);
  }

  private CreateBranchV1 branch(String name) {
    return new CreateBranchV1(name, repository.state().defaultBranch().head(), "main", false);
  }

  private CompletableFuture<StepResult> later(Command command, Caller caller) {
    return CompletableFuture.supplyAsync(() -> repository.step(command, caller), THREADS);
  }

  /** Waits until so many appends were asked for. */
  private void awaitAppends(int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (log.appends().size() < count) {
      assertThat(System.nanoTime()).as("appends asked for").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /** Holds the decider in an append, so that what comes now is decided as one batch. */
  private CompletableFuture<StepResult> holdTheDecider() {
    log.hold();
    int before = log.appends().size();
    CompletableFuture<StepResult> first = later(branch("first"), caller(null));
    awaitAppends(before + 1);
    return first;
  }

  private void awaitWaiting(int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (repository.waiting() < count) {
      assertThat(System.nanoTime()).as("waiting requests").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private RepositoryState rebuilt() {
    LiveRepository other =
        new LiveRepository(
            new RepositoryStream(
                "shop",
                log,
                new StateSnapshots(new MemorySnapshotStore(), 1_000_000),
                new RecordCodec(),
                clock,
                () -> "x",
                KEPT),
            (adopting, operation) -> {});
    opened.add(other);
    return other.state();
  }

  /** The answer tells where the last record of its decision is. */
  private void assertPlace(StepResult result, Caller caller) {
    StoredRecord stored =
        log.stored(EventLog.ALL).stream()
            .filter(record -> record.position() == result.position())
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing at position " + result.position()));
    assertThat(stored.stream()).isEqualTo(STREAM);
    assertThat(stored.version()).isEqualTo(result.version());
    assertThat(stored.envelope().causation()).isEqualTo(caller.command());
  }

  @Test
  void concurrentCommandsAreEachDecidedOnce() throws Exception {
    // given
    LiveRepository other = open("other", 1_000_000);
    other.step(new CreateRepositoryV1("other", null, null), caller(null));
    Map<Caller, CompletableFuture<StepResult>> answers = new java.util.LinkedHashMap<>();

    // when
    for (int i = 0; i < 400; i++) {
      Caller caller = caller("k" + i);
      answers.put(caller, later(branch("b" + i), caller));
      if (i % 10 == 0) {
        int n = i;
        THREADS.execute(() ->
            other.step(
                new AddStorageV1("s" + n, "postgresql", Map.of(), null, null, false),
                caller(null)));
      }
    }

    // then
    for (Map.Entry<Caller, CompletableFuture<StepResult>> answer : answers.entrySet()) {
      StepResult result = answer.getValue().get(30, TimeUnit.SECONDS);
      assertThat(result.rejection()).isEmpty();
      assertPlace(result, answer.getKey());
    }
    assertThat(repository.state().branches().byId()).hasSize(401);
    assertThat(log.stored(STREAM)).hasSize(2 + 800);
    assertThat(rebuilt()).isEqualTo(repository.state());
  }

  @Test
  void waitingCommandsShareAnAppend() throws Exception {
    // given
    CompletableFuture<StepResult> first = holdTheDecider();
    int before = log.appends().size();
    List<Caller> callers = new ArrayList<>();
    List<CompletableFuture<StepResult>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      callers.add(caller(null));
      answers.add(later(branch("b" + i), callers.getLast()));
    }
    awaitWaiting(50);

    // when
    log.release();

    // then
    first.get(20, TimeUnit.SECONDS);
    for (int i = 0; i < answers.size(); i++) {
      assertPlace(answers.get(i).get(20, TimeUnit.SECONDS), callers.get(i));
    }
    assertThat(log.appends()).hasSize(before + 1);
    assertThat(log.appends().getLast()).hasSize(100);
  }

  @Test
  void eachAnswerHasTheStateAfterItsOwnDecision() throws Exception {
    // given
    CompletableFuture<StepResult> first = holdTheDecider();
    CompletableFuture<StepResult> created = later(branch("a"), caller(null));
    awaitWaiting(1);
    CompletableFuture<StepResult> renamed = later(new RenameBranchV1("a", "b"), caller(null));
    awaitWaiting(2);

    // when
    log.release();

    // then
    first.get(20, TimeUnit.SECONDS);
    assertThat(created.get(20, TimeUnit.SECONDS).state().branch("a")).isPresent();
    assertThat(renamed.get(20, TimeUnit.SECONDS).state().branch("a")).isEmpty();
    assertThat(created.get().version()).isEqualTo(created.get().state().version());
    assertThat(created.get().position()).isEqualTo(renamed.get().position() - 2);
  }

  @Test
  void requestThatCannotBeDecidedFailsAlone() throws Exception {
    // given
    CompletableFuture<StepResult> first = holdTheDecider();
    CompletableFuture<StepResult> before = later(branch("before"), caller(null));
    awaitWaiting(1);
    CompletableFuture<StepResult> late =
        CompletableFuture.supplyAsync(
            () ->
                repository.step(
                    new Continuation.CompleteCommit(new UUID(7, 7), List.of()), caller(null), null),
            THREADS);
    awaitWaiting(2);
    CompletableFuture<StepResult> huge =
        later(
            new AddStorageV1(
                "s", "postgresql", Map.of(), "x".repeat(Envelope.MAX_DATA_BYTES), null, false),
            caller("huge"));
    awaitWaiting(3);
    CompletableFuture<StepResult> after = later(branch("after"), caller(null));
    awaitWaiting(4);

    // when
    log.release();

    // then
    first.get(20, TimeUnit.SECONDS);
    assertThat(before.get(20, TimeUnit.SECONDS).event(BranchCreatedV1.class)).isPresent();
    assertThat(after.get(20, TimeUnit.SECONDS).event(BranchCreatedV1.class)).isPresent();
    assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(OperationNotInFlightException.class);
    assertThat(huge.get(20, TimeUnit.SECONDS).rejection().orElseThrow().code())
        .isEqualTo(Code.VALIDATION);
    assertThat(log.appends().getLast()).hasSize(4);
    assertThat(rebuilt()).isEqualTo(repository.state());
  }

  @Test
  void publishedStateIsNeverAheadOfTheLogAndNeverBehindAnAnswer() throws Exception {
    // given
    AtomicReference<String> ahead = new AtomicReference<>();
    log.beforeStoring(() -> {
      long published = repository.state().version();
      long durable = log.stored(STREAM).size();
      if (published > durable) {
        ahead.set("published " + published + ", durable " + durable);
      }
    });

    // when
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String name = "b" + i;
      answers.add(
          CompletableFuture.supplyAsync(
              () -> {
                StepResult result = repository.step(branch(name), caller(null));
                return repository.state().version() >= result.version()
                    && repository.position() >= result.position()
                    && repository.state().branch(name).isPresent();
              },
              THREADS));
    }

    // then
    for (CompletableFuture<Boolean> answer : answers) {
      assertThat(answer.get(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(ahead.get()).isNull();
  }

  @Test
  void whoComesSecondDecidesAgain() {
    // given another process that appends between this one's decision and its append
    LiveRepository other = open("shop", 1_000_000);
    Caller here = caller("here");
    log.beforeStoring(() -> {
      log.beforeStoring(() -> {});
      other.step(branch("dev"), caller("there"));
    });

    // when
    StepResult result = repository.step(branch("dev"), here);

    // then
    assertThat(result.rejection().orElseThrow().code()).isEqualTo(Code.BRANCH_ALREADY_EXISTS);
    assertPlace(result, here);
    assertThat(
            log.stored(STREAM).stream()
                .filter(record -> record.envelope().id().equals(here.command())))
        .as("the command is in the log once")
        .hasSize(1);
    assertThat(rebuilt()).isEqualTo(repository.state());
    assertThat(other.state().version()).isLessThan(repository.state().version());
    assertThat(other.step(branch("next"), caller(null)).event(BranchCreatedV1.class)).isPresent();
    assertThat(other.state()).isEqualTo(rebuilt());
  }

  @Test
  void twoProcessesAtOnceLoseNothing() throws Exception {
    LiveRepository other = open("shop", 1_000_000);
    List<CompletableFuture<StepResult>> answers = new ArrayList<>();
    AtomicLong refused = new AtomicLong();
    for (int i = 0; i < 40; i++) {
      String name = "b" + i;
      LiveRepository one = i % 2 == 0 ? repository : other;
      answers.add(
          CompletableFuture.supplyAsync(() -> one.step(branch(name), caller(name)), THREADS));
    }
    for (CompletableFuture<StepResult> answer : answers) {
      try {
        assertThat(answer.get(20, TimeUnit.SECONDS).rejection()).isEmpty();
      } catch (ExecutionException contention) {
        refused.incrementAndGet();
      }
    }

    assertThat(rebuilt().branches().byId()).hasSize((int) (41 - refused.get()));
    assertThat(refused.get()).isLessThan(40);
  }

  @Test
  void unknownOutcomeIsAskedForWithTheSameRecords() {
    for (Fate lost : List.of(Fate.STORED_UNANSWERED, Fate.LOST_UNANSWERED)) {
      // given
      int appends = log.appends().size();
      int records = log.stored(STREAM).size();
      Caller caller = caller("k" + lost);
      log.next(lost, lost);

      // when
      StepResult result = repository.step(branch("b" + lost.ordinal()), caller);

      // then
      assertPlace(result, caller);
      assertThat(log.appends()).hasSize(appends + 3);
      assertThat(log.appends().get(appends + 2)).isEqualTo(log.appends().get(appends));
      assertThat(log.stored(STREAM)).as("once").hasSize(records + 2);
      assertThat(rebuilt()).isEqualTo(repository.state());
    }
  }

  @Test
  void outcomeThatStaysUnknownIsToldAndTheLogIsBelieved() {
    // given the append is stored, and no answer ever comes
    log.nextIsNeverAnswered(ScriptedLog.Fate.STORED_UNANSWERED);

    // when
    assertThatThrownBy(() -> repository.step(branch("dev"), caller("k")))
        .isInstanceOf(AppendOutcomeUnknownException.class);
    StepResult retried = repository.step(branch("dev"), caller("k"));

    // then
    assertThat(retried.former()).isPresent();
    assertThat(repository.state().branch("dev")).isPresent();
    assertThat(repository.state()).isEqualTo(rebuilt());
    assertThat(retried.position()).isEqualTo(log.stored(STREAM).getLast().position());
  }

  @Test
  void unavailableLogLeavesTheStateAsItIsDurable() {
    // given
    RepositoryState before = repository.state();
    long position = repository.position();
    log.next(Fate.UNAVAILABLE);

    // when
    assertThatThrownBy(() -> repository.step(branch("dev"), caller("k")))
        .isInstanceOf(LogUnavailableException.class);

    // then
    assertThat(repository.state()).isEqualTo(before);
    assertThat(repository.position()).isEqualTo(position);
    assertThat(repository.step(branch("dev"), caller("k")).former()).isEmpty();
    assertThat(repository.state().branch("dev")).isPresent();
  }

  @Test
  void retryIsAnsweredWithoutARecord() {
    Caller first = caller("k");
    StepResult done = repository.step(branch("dev"), first);
    int records = log.stored(STREAM).size();

    StepResult again = repository.step(branch("dev"), caller("k"));

    assertThat(again.former()).isPresent();
    assertThat(again.events()).isEmpty();
    assertThat(again.position()).isEqualTo(done.position());
    assertThat(log.stored(STREAM)).hasSize(records);
  }

  @Test
  void keysExpire() {
    // given
    Caller first = Caller.of(ALICE, "k", "one request");
    repository.step(branch("dev"), first);
    Caller other = Caller.of(ALICE, "k", "another request");
    later.set(KEPT.minusMinutes(1));
    assertThat(repository.step(branch("late"), other).rejection().orElseThrow().code())
        .isEqualTo(Code.IDEMPOTENCY_KEY_REUSED);
    assertThat(repository.step(branch("dev"), Caller.of(ALICE, "k", "one request")).former())
        .isPresent();

    // when
    later.set(KEPT.plusMinutes(1));

    // then
    assertThat(repository.state().outcomes()).isEqualTo(Outcomes.NONE);
    StepResult second = repository.step(branch("late"), other);
    assertThat(second.former()).isEmpty();
    assertThat(second.rejection()).isEmpty();
    assertThat(repository.state().outcomes().byKey()).hasSize(1);
    assertThat(rebuilt()).isEqualTo(repository.state());
  }

  @Test
  void whatIsAskedOfNoRepositoryLeavesNoRecord() {
    LiveRepository missing = open("missing", 1_000_000);

    StepResult result = missing.step(branch("dev"), caller("k"));

    assertThat(result.rejection().orElseThrow().code()).isEqualTo(Code.REPOSITORY_NOT_FOUND);
    assertThat(log.stored(RepositoryStream.name("missing"))).isEmpty();
  }

  @Test
  void startsFromASnapshotAndTheRecordsAfterIt() {
    // given
    LiveRepository saving = open("saved", 10);
    saving.step(new CreateRepositoryV1("saved", null, null), caller(null));
    for (int i = 0; i < 25; i++) {
      saving.step(
          new AddStorageV1("s" + i, "postgresql", Map.of(), null, null, false), caller("k" + i));
    }
    awaitSnapshot("saved");

    // when
    LiveRepository started = open("saved", 10);

    // then
    assertThat(started.state()).isEqualTo(saving.state());
    assertThat(started.position()).isEqualTo(saving.position());
  }

  private void awaitSnapshot(String name) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (snapshots
        .latest(RepositoryStream.name(name), StateCodec.FORMAT)
        .await()
        .indefinitely()
        .isEmpty()) {
      assertThat(System.nanoTime()).as("a snapshot").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void closedRepositoryAnswersEverybody() throws Exception {
    CompletableFuture<StepResult> first = holdTheDecider();
    List<CompletableFuture<StepResult>> waiting = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      waiting.add(later(branch("b" + i), caller(null)));
    }
    awaitWaiting(100);

    repository.close();
    log.release();

    for (CompletableFuture<StepResult> answer : waiting) {
      assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(LogUnavailableException.class);
    }
    assertThat(first.handle((result, failure) -> true).get(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> repository.step(branch("late"), caller(null)))
        .isInstanceOf(LogUnavailableException.class);
  }
}
