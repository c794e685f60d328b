package dev.epoch.log.testing;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.Membership;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.Owner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may append to a stream. Part of {@link AbstractEventLogTests}. */
abstract class AbstractEventLogOwnerTests extends AbstractEventLogTailTests {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(50);

  @Test
  void aStreamWithoutOwnersTakesAppendsWithoutFence() {
    assertThat(append("a", 0, event(1))).isEqualTo(new AppendResult(1, 1));
    assertThat(refused("a", 1, 1)).isInstanceOf(NotOwnerException.class);
  }

  @Test
  void theOwnerAloneAppends() {
    // given
    append("a", 0, event(1));
    Membership first = join(LONG);
    Membership second = join(LONG);

    // when
    Owner owner = acquire(first, "a");
    Owner seen = acquire(second, "a");

    // then
    assertThat(owner.member()).isEqualTo(first.self());
    assertThat(seen).isEqualTo(owner);
    assertThat(append("a", owner.fence(), 1)).isEqualTo(new AppendResult(2, 2));
    assertThat(refused("a", EventLog.UNOWNED, 2))
        .isInstanceOfSatisfying(
            NotOwnerException.class,
            refusal -> assertThat(refusal.actualFence()).isEqualTo(owner.fence()));
    assertThat(refused("a", owner.fence() + 1, 2)).isInstanceOf(NotOwnerException.class);
    assertThat(append("b", 0, event(9))).isEqualTo(new AppendResult(3, 1));
    assertThat(readAll()).hasSize(3);
  }

  @Test
  void anOwnerThatAsksAgainStaysWhatItIs() {
    // given
    Membership first = join(LONG);
    Owner owner = acquire(first, "a");

    // then
    assertThat(acquire(first, "a")).isEqualTo(owner);
    assertThat(append("a", owner.fence(), 0)).isEqualTo(new AppendResult(1, 1));
  }

  @Test
  void whatIsGivenUpIsTakenAtOnceAndTheFormerOwnerIsRefused() {
    // given
    Membership first = join(LONG);
    Membership second = join(LONG);
    Owner former = acquire(first, "a");
    append("a", former.fence(), 0);

    // when
    await(first.release(List.of("a", "never owned")));

    // then
    assertThat(refused("a", former.fence(), 1)).isInstanceOf(NotOwnerException.class);
    Owner now = acquire(second, "a");
    assertThat(now.fence()).isGreaterThan(former.fence());
    assertThat(now.member()).isEqualTo(second.self());
    assertThat(refused("a", former.fence(), 1)).isInstanceOf(NotOwnerException.class);
    assertThat(append("a", now.fence(), 1)).isEqualTo(new AppendResult(2, 2));
  }

  @Test
  void whoLeavesGivesEverythingUp() {
    // given
    Membership first = join(LONG);
    Membership second = join(LONG);
    Map<String, Owner> former = await(first.acquire(List.of("a", "b")));

    // when
    await(first.leave());

    // then
    Map<String, Owner> now = await(second.acquire(List.of("a", "b")));
    for (String stream : List.of("a", "b")) {
      assertThat(now.get(stream).member()).isEqualTo(second.self());
      assertThat(refused(stream, former.get(stream).fence(), 0))
          .isInstanceOf(NotOwnerException.class);
    }
  }

  @Test
  void aPauseLongerThanTheLeaseCostsTheOwnership() {
    // given an owner that is silent for longer than its lease
    Membership paused = join(SHORT);
    Membership other = join(LONG);
    Owner former = acquire(paused, "a");
    append("a", former.fence(), 0);

    // when
    Owner now = until(() -> acquire(other, "a"), owner -> owner.member().equals(other.self()));

    // then it does not come back by going on
    assertThat(now.fence()).isGreaterThan(former.fence());
    assertThat(refused("a", former.fence(), 1)).isInstanceOf(NotOwnerException.class);
    assertThat(await(paused.renew()).get("a")).isEqualTo(now);
    assertThat(acquire(paused, "a")).isEqualTo(now);
    assertThat(refused("a", former.fence(), 1)).isInstanceOf(NotOwnerException.class);
    assertThat(append("a", now.fence(), 1)).isEqualTo(new AppendResult(2, 2));
    assertThat(readAll()).hasSize(2);
  }

  @Test
  void anOwnerWhoseLeaseRanOutAndWhomNobodyReplacedGoesOn() {
    // given
    Membership slow = join(SHORT);
    Membership other = join(LONG);
    Owner owner = acquire(slow, "a");

    // when
    until(() -> await(other.renew()), owners -> !owners.containsKey("a"));

    // then
    assertThat(append("a", owner.fence(), 0)).isEqualTo(new AppendResult(1, 1));
  }

  @Test
  void membersSeeWhoOwnsWhat() {
    // given
    Membership first = join(LONG);
    Membership second = join(LONG);
    Owner a = acquire(first, "a");
    Owner b = acquire(second, "b");

    // then
    Map<String, Owner> seen = await(first.renew());
    assertThat(seen).containsOnly(Map.entry("a", a), Map.entry("b", b));
    assertThat(await(second.renew())).isEqualTo(seen);

    // when
    await(second.release(List.of("b")));

    // then
    assertThat(await(first.renew())).containsOnly(Map.entry("a", a));
  }

  @Test
  void ofRacingMembersExactlyOneIsTheOwner() {
    // given
    List<Membership> members = Stream.generate(() -> join(LONG)).limit(4).toList();

    for (int round = 0; round < 5; round++) {
      // when
      String stream = "stream-" + round;
      List<CompletableFuture<Map<String, Owner>>> racing =
          members.parallelStream().map(member -> start(member.acquire(List.of(stream)))).toList();

      // then
      assertThat(racing.stream().map(EventLogFixture::outcome).distinct()).hasSize(1);
    }
  }

  @Test
  void nothingOfAFormerOwnerIsStoredAfterTheNewOneIsThere() {
    for (int round = 0; round < 5; round++) {
      // given an owner whose appends are on their way
      String stream = "stream-" + round;
      Membership first = join(LONG);
      Membership second = join(LONG);
      Owner former = acquire(first, stream);
      List<CompletableFuture<AppendResult>> appends = new ArrayList<>();
      IntStream.range(0, 100)
          .forEach(
              i -> appends.add(start(log().append(stream, former.fence(), i, List.of(event(i))))));

      // when
      CompletableFuture<Void> left = start(first.release(List.of(stream)));
      outcome(left);
      Owner now = acquire(second, stream);
      int version = read(stream, 0).size();
      AppendResult own = append(stream, now.fence(), version);

      // then
      List<Object> outcomes = appends.stream().map(EventLogFixture::outcome).toList();
      assertThat(outcomes).filteredOn(AppendResult.class::isInstance).hasSize(version);
      assertThat(outcomes)
          .filteredOn(outcome -> !(outcome instanceof AppendResult))
          .allMatch(outcome ->
              outcome instanceof NotOwnerException || outcome instanceof ExpectedVersionException);
      assertThat(own.version()).isEqualTo(version + 1);
      assertThat(read(stream, 0)).hasSize(version + 1);
    }
  }

  @Test
  void anAppendRepeatedByAFormerOwnerIsAnsweredAsBefore() {
    // given
    Membership first = join(LONG);
    Owner former = acquire(first, "a");
    List<Envelope> records = TestRecords.events(2);
    AppendResult stored = await(log().append("a", former.fence(), 0, records));

    // when
    await(first.leave());
    acquire(join(LONG), "a");

    // then
    assertThat(await(log().append("a", former.fence(), 0, records))).isEqualTo(stored);
    assertThat(readAll()).hasSize(2);
  }

  private static Owner acquire(Membership member, String stream) {
    return await(member.acquire(List.of(stream))).get(stream);
  }

  private AppendResult append(String stream, long fence, long expectedVersion) {
    return await(log().append(stream, fence, expectedVersion, List.of(event(expectedVersion))));
  }

  private Throwable refused(String stream, long fence, long expectedVersion) {
    Object outcome =
        outcome(start(log().append(stream, fence, expectedVersion, List.of(event(7)))));
    return outcome instanceof Throwable failure
        ? failure
        : new AssertionError("was stored: " + outcome);
  }

  private static <T> T until(java.util.function.Supplier<T> ask, Predicate<T> wanted) {
    long limit = System.nanoTime() + WAIT.toNanos();
    while (true) {
      T now = ask.get();
      if (wanted.test(now)) {
        return now;
      }
      assertThat(System.nanoTime()).as("deadline; it is still %s", now).isLessThan(limit);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
