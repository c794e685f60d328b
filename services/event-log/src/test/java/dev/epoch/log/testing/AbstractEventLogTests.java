package dev.epoch.log.testing;

import static dev.epoch.log.testing.TestRecords.event;
import static dev.epoch.log.testing.TestRecords.ofBytes;
import static dev.epoch.log.testing.TestRecords.withData;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.InvalidAppendException;
import dev.epoch.log.StoredRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link EventLog} does. A log's own test extends it and says how to create one:
 *
 * <pre>{@code
 * class MemoryEventLogTest extends AbstractEventLogTests {
 *   protected EventLog createLog() {
 *     return new MemoryEventLog();
 *   }
 * }
 * }</pre>
 */
public abstract class AbstractEventLogTests extends AbstractEventLogOwnerTests {

  @Test
  void recordsAreReadAsTheyWereAppended() {
    // given
    Envelope command =
        new Envelope(
            UUID.randomUUID(),
            RecordKind.COMMAND,
            "create-branch",
            3,
            Instant.parse("2024-02-29T23:59:59.123456Z"),
            new Actor("ada", "Ada Łovelace 🚀", "ada@example.org"),
            UUID.randomUUID(),
            "key ключ",
            "{ \"b\":1.50, \"a\" : [1e3, \"\\u0000 \\ud83d\\ude80 🚀\"], \"b\": null }");
    Envelope rejection =
        new Envelope(
            UUID.randomUUID(),
            RecordKind.REJECTION,
            "branch-exists",
            1,
            Instant.EPOCH.minusNanos(1000),
            Actor.ANONYMOUS,
            command.id(),
            null,
            "{}");

    // when
    append("repo:ä", 0, command, rejection);

    // then
    assertThat(read("repo:ä", 0))
        .containsExactly(
            new StoredRecord(1, "repo:ä", 1, command), new StoredRecord(2, "repo:ä", 2, rejection));
  }

  @Test
  void timesAreKeptToTheMicrosecond() {
    // given
    Envelope event = event(1);
    Envelope precise =
        new Envelope(
            event.id(),
            event.kind(),
            event.type(),
            event.version(),
            Instant.parse("2026-01-01T00:00:00.123456789Z"),
            event.actor(),
            event.causation(),
            null,
            event.data());

    // when
    append("a", 0, precise);

    // then
    assertThat(readAll().getFirst().envelope().time())
        .isEqualTo(Instant.parse("2026-01-01T00:00:00.123456Z"));
  }

  @Test
  void positionsAndVersionsCountFromOne() {
    // when
    AppendResult first = append("a", 0, event(1), event(2));
    AppendResult second = append("b", 0, event(3));
    AppendResult third = append("a", 2, event(4));

    // then
    assertThat(first).isEqualTo(new AppendResult(2, 2));
    assertThat(second).isEqualTo(new AppendResult(3, 1));
    assertThat(third).isEqualTo(new AppendResult(4, 3));
    assertThat(readAll()).extracting(StoredRecord::position).containsExactly(1L, 2L, 3L, 4L);
    assertThat(readAll()).extracting(StoredRecord::stream).containsExactly("a", "a", "b", "a");
    assertThat(readAll()).extracting(StoredRecord::version).containsExactly(1L, 2L, 1L, 3L);
  }

  @Test
  void aStreamIsReadFromAnyVersion() {
    // given
    append("a", 0, event(1), event(2));
    append("b", 0, event(3));
    append("a", 2, event(4));

    // then
    List<StoredRecord> stream = read("a", 0);
    assertThat(stream).extracting(StoredRecord::position).containsExactly(1L, 2L, 4L);
    assertThat(read("a", 1)).isEqualTo(stream.subList(1, 3));
    assertThat(read("a", 3)).isEmpty();
    assertThat(read("a", 99)).isEmpty();
    assertThat(read("nobody", 0)).isEmpty();
    assertThat(read(EventLog.ALL, 3)).isEqualTo(stream.subList(2, 3));
  }

  @Test
  void anEmptyLogReadsAsNothing() {
    assertThat(readAll()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3, Long.MAX_VALUE})
  void aWrongExpectedVersionLeavesNothing(long expected) {
    // given
    append("a", 0, event(1), event(2));

    // when
    Throwable refusal = refusal("a", expected, List.of(event(3), event(4)));

    // then
    assertThat(refusal)
        .isInstanceOfSatisfying(
            ExpectedVersionException.class,
            exception -> assertThat(exception.actualVersion()).isEqualTo(2));
    assertThat(readAll()).hasSize(2);
    assertThat(append("a", 2, event(5))).isEqualTo(new AppendResult(3, 3));
  }

  @Test
  void ofRacingAppendersExactlyOneWins() {
    for (int round = 0; round < 5; round++) {
      // given
      long version = round;
      List<List<Envelope>> attempts =
          IntStream.range(0, 64).mapToObj(i -> List.of(event(i))).toList();

      // when
      List<CompletableFuture<AppendResult>> racing = new ArrayList<>();
      attempts.parallelStream()
          .map(records -> start(log().append("a", version, records)))
          .forEachOrdered(racing::add);
      List<Object> outcomes = racing.stream().map(EventLogFixture::outcome).toList();

      // then
      assertThat(outcomes).filteredOn(AppendResult.class::isInstance).hasSize(1);
      assertThat(outcomes).filteredOn(ExpectedVersionException.class::isInstance).hasSize(63);
      int winner =
          IntStream.range(0, 64)
              .filter(i -> outcomes.get(i) instanceof AppendResult)
              .findFirst()
              .orElseThrow();
      assertThat(read("a", version))
          .extracting(StoredRecord::envelope)
          .isEqualTo(attempts.get(winner));
    }
  }

  @Test
  void appendsThatFollowEachOtherNeedNotWait() {
    // when
    List<CompletableFuture<AppendResult>> chain =
        IntStream.range(0, 500)
            .mapToObj(i -> start(log().append("a", i, List.of(event(i)))))
            .toList();

    // then
    for (int i = 0; i < 500; i++) {
      assertThat(outcome(chain.get(i))).isEqualTo(new AppendResult(i + 1, i + 1));
    }
    assertThat(read("a", 0)).extracting(StoredRecord::version).hasSize(500).isSorted();
  }

  @Test
  void aRepeatedAppendIsStoredOnceAndAnsweredAlike() {
    // given
    List<Envelope> records = TestRecords.events(3);
    append("b", 0, event(0));
    AppendResult first = await(log().append("a", 0, records));
    append("a", 3, event(4));

    // when
    AppendResult sameAgain = await(log().append("a", 0, records));
    AppendResult otherVersion = await(log().append("a", 4, records));

    // then
    assertThat(first).isEqualTo(new AppendResult(4, 3));
    assertThat(sameAgain).isEqualTo(first);
    assertThat(otherVersion).isEqualTo(first);
    assertThat(readAll()).hasSize(5);
  }

  @Test
  void repeatedAppendsAtTheSameTimeAreStoredOnce() {
    for (int round = 0; round < 10; round++) {
      // given
      String stream = "stream-" + round;
      List<Envelope> records = TestRecords.events(2);

      // when
      List<CompletableFuture<AppendResult>> all =
          IntStream.range(0, 16)
              .parallel()
              .mapToObj(i -> start(log().append(stream, 0, records)))
              .toList();

      // then
      AppendResult expected = new AppendResult(round * 2L + 2, 2);
      assertThat(all).extracting(EventLogFixture::outcome).containsOnly(expected);
      assertThat(read(stream, 0)).hasSize(2);
    }
  }

  @Test
  void idsOfOtherRecordsAreRefused() {
    // given
    Envelope first = event(1);
    Envelope second = event(2);
    append("a", 0, first, second);

    // then
    assertThat(refusal("b", 0, List.of(first))).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 2, List.of(second, event(3))))
        .isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 2, List.of(event(3), second)))
        .isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 2, List.of(second, first))).isInstanceOf(InvalidAppendException.class);
    assertThat(readAll()).hasSize(2);
  }

  @Test
  void oneAppendMayHoldManyRecords() {
    // given
    List<Envelope> many = TestRecords.events(3000);

    // when
    AppendResult result = await(log().append("a", 0, many));

    // then
    assertThat(result).isEqualTo(new AppendResult(3000, 3000));
    assertThat(read("a", 0)).extracting(StoredRecord::envelope).isEqualTo(many);
    assertThat(readAll()).extracting(StoredRecord::envelope).isEqualTo(many);
  }

  @Test
  void manyLargeRecordsAreReadBack() {
    // given
    List<Envelope> large =
        IntStream.range(0, 60).mapToObj(i -> ofBytes(Envelope.MAX_DATA_BYTES - i)).toList();

    // when
    await(log().append("a", 0, large));

    // then
    assertThat(read("a", 0)).extracting(StoredRecord::envelope).isEqualTo(large);
    assertThat(tail(0).awaitPosition(60, WAIT)).extracting(StoredRecord::envelope).isEqualTo(large);
  }

  @Test
  void dataHasALimitInBytes() {
    // given
    Envelope largest = ofBytes(Envelope.MAX_DATA_BYTES);
    Envelope tooLarge = ofBytes(Envelope.MAX_DATA_BYTES + 1);
    Envelope tooLargeInUtf8 =
        withData("{\"a\":\"" + "ä".repeat(Envelope.MAX_DATA_BYTES / 2) + "\"}");

    // then
    assertThat(refusal("a", 0, List.of(event(1), tooLarge)))
        .isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 0, List.of(tooLargeInUtf8))).isInstanceOf(InvalidAppendException.class);
    assertThat(append("a", 0, largest)).isEqualTo(new AppendResult(1, 1));
  }

  static Stream<String> dataThatIsNoObject() {
    return Stream.of(
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"text\"",
        "{",
        "{}}",
        "{} {}",
        "{a: 1}",
        "{\"a\": 01}",
        "{\"a\": \"\n\"}",
        "{\"a\": \"\0\"}",
        "{\"a\": \"\ud800\"}",
        "{\"a\": " + "[".repeat(20_000) + "]".repeat(20_000) + "}");
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("dataThatIsNoObject")
  void whatIsNoJsonObjectIsRefusedAlone(String data) {
    // given
    List<CompletableFuture<AppendResult>> neighbours =
        new ArrayList<>(List.of(start(log().append("before", 0, List.of(event(1))))));

    // when
    Throwable refusal = refusal("a", 0, List.of(withData(data)));
    neighbours.add(start(log().append("after", 0, List.of(event(2)))));

    // then
    assertThat(refusal).isInstanceOf(InvalidAppendException.class).hasMessageContaining("data");
    assertThat(neighbours)
        .extracting(EventLogFixture::outcome)
        .hasOnlyElementsOfType(AppendResult.class);
    assertThat(readAll()).hasSize(2);
  }

  static Stream<String> textThatCannotBeStored() {
    return Stream.of(
        "a\0b", "\0", "\ud83d", "\ude80\ud83d", "x".repeat(AppendRequest.MAX_NAME_BYTES + 1));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("textThatCannotBeStored")
  void textThatCannotBeStoredIsRefused(String text) {
    Envelope good = event(1);
    List<Envelope> bad =
        List.of(
            with(good, text, good.actor(), null),
            with(good, good.type(), new Actor(text, "", ""), null),
            with(good, good.type(), new Actor("id", text, ""), null),
            with(good, good.type(), new Actor("id", "", text), null),
            with(good, good.type(), good.actor(), text));
    for (Envelope record : bad) {
      assertThat(refusal("a", 0, List.of(record))).isInstanceOf(InvalidAppendException.class);
    }
    assertThat(refusal(text, 0, List.of(good))).isInstanceOf(InvalidAppendException.class);
    assertThat(readAll()).isEmpty();
  }

  private static Envelope with(Envelope event, String type, Actor actor, String key) {
    return new Envelope(
        event.id(),
        event.kind(),
        type,
        1,
        event.time(),
        actor,
        event.causation(),
        key,
        event.data());
  }

  @Test
  void anAppendThatMakesNoSenseIsRefused() {
    Envelope event = event(1);
    assertThat(refusal("a", 0, List.of())).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", -1, List.of(event))).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 0, List.of(event, event))).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal(EventLog.ALL, 0, List.of(event))).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal(" ", 0, List.of(event))).isInstanceOf(InvalidAppendException.class);
    assertThat(refusal("a", 0, Collections.nCopies(1, null)))
        .isInstanceOf(NullPointerException.class);
    assertThat(readAll()).isEmpty();
  }

  @Test
  void anAppendHappensWhenItIsSubscribedTo() {
    // given
    var append = log().append("a", 0, List.of(event(1)));
    assertThat(readAll()).isEmpty();

    // when
    AppendResult first = await(append);
    AppendResult second = await(append);

    // then
    assertThat(second).isEqualTo(first);
    assertThat(readAll()).hasSize(1);
  }
}
