package dev.epoch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.RandomHistory.Sent;
import dev.epoch.engine.TestRepository.Entry;
import dev.epoch.engine.state.Outcome;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StateCodec;
import dev.epoch.events.RecordCodec;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.event.CommitTablesRecordedV1;
import dev.epoch.events.event.Event;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Properties of random histories. A failure names its seed and the shortest history found that
 * still fails; {@code -Depoch.seed=N} tries one seed only.
 */
class EngineHistoriesTest {
  private static final int HISTORIES = Integer.getInteger("epoch.histories", 60);
  private static final int STEPS = 150;
  private static final RecordCodec CODEC = new RecordCodec();

  private static List<Long> seeds() {
    Long only = Long.getLong("epoch.seed");
    return only != null
        ? List.of(only)
        : IntStream.range(0, HISTORIES).mapToObj(Long::valueOf).toList();
  }

  private static Histories histories() {
    return new Histories(seeds(), STEPS);
  }

  @Test
  void everyRecordAndStateIsSound() {
    histories()
        .check(history -> {
          TestRepository repository = history.repository();
          for (int i = 0; i < repository.log().size(); i++) {
            HistoryProperties.ofRecord(
                repository.stateAfter(i), repository.log().get(i), repository.stateAfter(i + 1));
          }
          HistoryProperties.ofState(repository.state());
          HistoryProperties.ofCommits(repository.state());
        });
  }

  @Test
  void everyStateOnTheWayIsSound() {
    histories()
        .check(history -> {
          for (int i = 0; i <= history.repository().log().size(); i++) {
            HistoryProperties.ofState(history.repository().stateAfter(i));
          }
        });
  }

  @Test
  void rowsAreWhereTheStateSays() {
    histories()
        .checkAfterEveryStep(
            history -> HistoryProperties.ofWorld(history.repository().state(), history.world()));
  }

  @Test
  void replayOfStoredRecordsGivesTheLiveState() {
    histories()
        .check(history -> {
          TestRepository repository = history.repository();
          Random random = new Random(repository.log().size());
          int until = random.nextInt(repository.log().size() + 1);
          RepositoryState rebuilt = RepositoryState.empty("shop");
          for (int i = 0; i < repository.log().size(); i++) {
            rebuilt = TestRepository.apply(rebuilt, stored(repository.log().get(i)));
            if (i + 1 == until) {
              assertThat(rebuilt).isEqualTo(repository.stateAfter(until));
            }
          }
          assertThat(rebuilt).isEqualTo(repository.state());
        });
  }

  /** The record as the log gives it back. */
  private static Entry stored(Entry entry) {
    RecordType type = RecordType.of(entry.data());
    String json = CODEC.encode(entry.data());
    Object read = CODEC.decode(type.wireName(), type.version(), json);
    assertThat(read).isEqualTo(entry.data());
    return new Entry(read, entry.at());
  }

  @Test
  void snapshotStandsForTheRecordsBeforeIt() {
    histories()
        .check(history -> {
          TestRepository repository = history.repository();
          Random random = new Random(repository.log().size());
          int at = random.nextInt(repository.log().size() + 1);
          RepositoryState restored =
              StateCodec.decode(
                  StateCodec.encode(repository.stateAfter(at)), StateCodec.Segments.NONE);
          assertThat(restored).isEqualTo(repository.stateAfter(at));
          for (Entry entry : repository.log().subList(at, repository.log().size())) {
            restored = TestRepository.apply(restored, entry);
          }
          assertThat(restored).isEqualTo(repository.state());
        });
  }

  @Test
  void sameKeyIsAnsweredAlikeAndChangesNothing() {
    histories()
        .check(history -> {
          TestRepository repository = history.repository();
          for (Sent sent : history.sent()) {
            String key = RecordType.of(sent.command()).wireName() + ":" + sent.clientKey();
            Optional<Outcome> known = repository.state().outcomes().of(key);
            if (known.isPresent()) {
              RepositoryState before = repository.state();
              TestRepository.Answer again =
                  repository.command(sent.command(), sent.actor(), sent.clientKey());
              assertThat(again.former()).isEqualTo(known);
              assertThat(repository.state()).isSameAs(before);
            }
          }
        });
  }

  @Test
  void everyCommandUnderAKeyHasAnOutcomeOrIsInFlight() {
    histories()
        .check(history -> {
          RepositoryState state = history.repository().state();
          for (int i = 0; i < history.repository().log().size(); i++) {
            Entry entry = history.repository().log().get(i);
            if (entry.at().idempotencyKey() != null
                && entry.data() instanceof dev.epoch.events.Rejection rejection) {
              assertThat(
                      rejection.code() == Code.BRANCH_BUSY
                          || state.outcomes().of(entry.at().idempotencyKey()).isPresent())
                  .isTrue();
            }
          }
        });
  }

  @Test
  void everyEventTypeOccurs() {
    Set<Class<?>> missing = types(Event.class).collect(Collectors.toCollection(HashSet::new));
    Histories histories =
        new Histories(IntStream.range(0, 60).mapToObj(Long::valueOf).toList(), STEPS);
    histories.check(history ->
        history.repository().log().forEach(entry -> missing.remove(entry.data().getClass())));

    // a commit of so many tables is in CommitProcessorTest
    assertThat(missing).containsExactly(CommitTablesRecordedV1.class);
  }

  /** The records of a family of events, or the record itself. */
  private static Stream<Class<?>> types(Class<?> family) {
    return family.isSealed()
        ? Stream.of(family.getPermittedSubclasses()).flatMap(EngineHistoriesTest::types)
        : Stream.of(family);
  }

  @Test
  void refusalsOfManyKindsOccur() {
    Set<Code> codes = new HashSet<>();
    histories()
        .check(history ->
            history
                .repository()
                .log()
                .forEach(entry -> {
                  if (entry.data() instanceof dev.epoch.events.Rejection rejection) {
                    codes.add(rejection.code());
                  }
                }));

    assertThat(codes)
        .as(Arrays.toString(Code.values()))
        .contains(
            Code.INVALID_NAME,
            Code.VALIDATION,
            Code.STORAGE_IN_USE,
            Code.BRANCH_BUSY,
            Code.BRANCH_NOT_MERGED,
            Code.BRANCH_IN_USE,
            Code.HEAD_MOVED,
            Code.NOTHING_TO_COMMIT,
            Code.MERGE_IN_PROGRESS,
            Code.NO_MERGE_IN_PROGRESS,
            Code.UNRESOLVED_CONFLICTS,
            Code.NOT_FAST_FORWARD,
            Code.UNCOMMITTED_CHANGES,
            Code.OPERATION_FAILED);
  }
}
