package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.gateway.ScriptedLog.Fate;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.LogUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Others write to the log of a repository too, and the log fails. */
@Timeout(60)
class LiveRepositoryLogTest extends RepositoryOnScriptedLog {
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
}
