package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.processing.OperationNotInFlightException;
import dev.epoch.engine.state.Outcomes;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.events.Envelope;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.AddStorageV1;
import dev.epoch.events.command.Command;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.RenameBranchV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RepositoryStream;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.LogUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands of a repository in one process: decided one after the other, appended together. */
@Timeout(60)
class LiveRepositoryTest extends RepositoryOnScriptedLog {
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
