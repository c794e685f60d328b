package dev.epoch.log.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemoryEventLog;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logs with planted faults: the suite has to find each of them. */
class FaultyEventLogsTest {
  private static final int TRIAL_EVENTS = 3_000;

  /** The suite, run by hand. */
  private static final class Suite extends AbstractEventLogTests {
    private final Supplier<EventLog> create;

    Suite(Supplier<EventLog> create) {
      this.create = create;
    }

    @Override
    protected EventLog createLog() {
      return create.get();
    }
  }

  /** A correct log to spoil. */
  private abstract static class Spoilt implements EventLog {
    final EventLog good = new MemoryEventLog();

    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expectedVersion, List<Envelope> records) {
      return good.append(stream, fence, expectedVersion, records);
    }

    @Override
    public Membership join(Member member, Duration lease) {
      return good.join(member, lease);
    }

    @Override
    public Multi<StoredRecord> read(String stream, long afterVersion) {
      return good.read(stream, afterVersion);
    }

    @Override
    public Multi<StoredRecord> tail(long afterPosition) {
      return good.tail(afterPosition);
    }
  }

  private static final class DropsFromTails extends Spoilt {
    @Override
    public Multi<StoredRecord> tail(long afterPosition) {
      return good.tail(afterPosition).filter(record -> record.position() != 777);
    }
  }

  private static final class RepeatsInTails extends Spoilt {
    @Override
    public Multi<StoredRecord> tail(long afterPosition) {
      return good.tail(Math.max(0, afterPosition - 1));
    }
  }

  private static final class ForgetsIds extends Spoilt {
    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expectedVersion, List<Envelope> records) {
      return length(stream)
          .chain(version ->
              good.append(stream, fence, version, records.stream().map(this::anew).toList()));
    }

    private Uni<Long> length(String stream) {
      return good.read(stream, 0).collect().with(Collectors.counting());
    }

    private Envelope anew(Envelope record) {
      return new Envelope(
          UUID.randomUUID(),
          record.kind(),
          record.type(),
          record.version(),
          record.time(),
          record.actor(),
          record.causation(),
          record.idempotencyKey(),
          record.data());
    }
  }

  private static final class LastWriteWins extends Spoilt {
    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expectedVersion, List<Envelope> records) {
      return good.append(stream, fence, expectedVersion, records)
          .onFailure(ExpectedVersionException.class)
          .recoverWithUni(failure -> good.append(stream, fence, failure.actualVersion(), records));
    }
  }

  private static final class LooksAtNoFence extends Spoilt {
    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expectedVersion, List<Envelope> records) {
      return good.append(stream, fence, expectedVersion, records)
          .onFailure(NotOwnerException.class)
          .recoverWithUni(
              failure -> good.append(stream, failure.actualFence(), expectedVersion, records));
    }
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("sequence", SequenceEventLog::new, Suite::readersNeverSkipARecord),
        fault("drops from tails", DropsFromTails::new, Suite::aTailReadsALongLogInOrder),
        fault("repeats in tails", RepeatsInTails::new, Suite::aTailBeginsAtAnyPositionAndGoesOn),
        fault("forgets ids", ForgetsIds::new, Suite::aRepeatedAppendIsStoredOnceAndAnsweredAlike),
        fault("forgets ids", ForgetsIds::new, Suite::repeatedAppendsAtTheSameTimeAreStoredOnce),
        fault("looks at no fence", LooksAtNoFence::new, Suite::theOwnerAloneAppends),
        fault(
            "looks at no fence",
            LooksAtNoFence::new,
            Suite::whatIsGivenUpIsTakenAtOnceAndTheFormerOwnerIsRefused),
        fault(
            "looks at no fence",
            LooksAtNoFence::new,
            Suite::aPauseLongerThanTheLeaseCostsTheOwnership),
        fault("last write wins", LastWriteWins::new, Suite::ofRacingAppendersExactlyOneWins),
        fault(
            "last write wins",
            LastWriteWins::new,
            suite -> suite.aWrongExpectedVersionLeavesNothing(0)));
  }

  private static Arguments fault(
      String name, Supplier<EventLog> log, ThrowingConsumer<Suite> check) {
    return arguments(name, log, check);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void theSuiteFindsIt(String name, Supplier<EventLog> log, ThrowingConsumer<Suite> check) {
    // given
    Suite suite = new Suite(log);
    suite.openLog();

    // then
    try {
      assertThatThrownBy(() -> check.accept(suite)).isInstanceOf(AssertionError.class);
    } finally {
      suite.endTailsAndLog();
    }
  }

  @Test
  void theLogTrialFindsASequence() {
    // given
    SequenceEventLog log = new SequenceEventLog();

    // then
    assertThatThrownBy(() -> trial(log, log).run(() -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("tail from");
  }

  @Test
  void theLogTrialPassesALogWithoutFault() {
    EventLog log = new MemoryEventLog();
    assertThat(trial(log, log).run(() -> {}).stored()).isEqualTo(TRIAL_EVENTS);
  }

  @ParameterizedTest
  @ValueSource(classes = {DropsFromTails.class, RepeatsInTails.class})
  void theLogTrialFindsFaultyTails(Class<? extends Spoilt> fault) throws Exception {
    Spoilt log = fault.getDeclaredConstructor().newInstance();
    assertThatThrownBy(() -> trial(log, log.good).run(() -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("tail from");
  }

  private static LogTrial trial(EventLog log, EventLog truth) {
    return new LogTrial(
        Seed.random("log trial of a planted fault"),
        TRIAL_EVENTS,
        List.of(log),
        () ->
            truth
                .read(EventLog.ALL, 0)
                .map(stored ->
                    new LogTrial.Stored(
                        stored.position(),
                        stored.stream(),
                        stored.version(),
                        stored.envelope().id()))
                .collect()
                .asList()
                .await()
                .indefinitely());
  }
}
