package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.NotOwnerException;
import dev.epoch.log.Owner;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Owners in several processes, each with a log of its own on one database. */
class OwnersOfSeveralProcessesIT extends PostgresLogScenario {
  private static final Duration LONG = Duration.ofHours(1);

  private EventLog firstLog;
  private EventLog secondLog;
  private Membership first;
  private Membership second;

  @BeforeEach
  void join() {
    firstLog = open();
    secondLog = open();
    first = firstLog.join(Member.at("first"), LONG);
    second = secondLog.join(Member.at("second"), LONG);
  }

  @AfterEach
  void leave() {
    await(first.leave());
    await(second.leave());
  }

  @Test
  void anAppendThatWasForeseenIsRefusedWhenAnotherProcessBecameOwner() {
    // given an owner that knows the log by heart
    Owner former = acquire(first, "a");
    assertThat(append(firstLog, "a", former.fence(), 0)).isInstanceOf(AppendResult.class);

    // when
    await(first.release(List.of("a")));
    Owner now = acquire(second, "a");

    // then
    assertThat(append(firstLog, "a", former.fence(), 1)).isInstanceOf(NotOwnerException.class);
    assertThat(append(secondLog, "a", now.fence(), 1)).isEqualTo(new AppendResult(2, 2));
    assertThat(append(firstLog, "a", former.fence(), 2)).isInstanceOf(NotOwnerException.class);
  }

  @Test
  void whatBelongsToAProcessThatDiedIsFreeAtOnce() {
    // given
    Owner former = acquire(first, "a");
    assertThat(acquire(second, "a")).isEqualTo(former);

    // when its session ends, as the operating system ends those of a process that dies
    endSessionsOf(former);

    // then, an hour before its lease ends
    until(() -> acquire(second, "a").member().equals(second.self()));
    assertThat(append(firstLog, "a", former.fence(), 0)).isInstanceOf(NotOwnerException.class);
  }

  @Test
  void whoLostItsSessionOnlyIsThereAgainWhenItRenews() {
    // given
    Owner owner = acquire(first, "a");

    // when
    endSessionsOf(owner);
    until(() -> renewed(first).equals(Map.of("a", owner)));

    // then
    assertThat(acquire(second, "a")).isEqualTo(owner);
    assertThat(append(firstLog, "a", owner.fence(), 0)).isEqualTo(new AppendResult(1, 1));
  }

  private static Map<String, Owner> renewed(Membership member) {
    return member.renew().onFailure().recoverWithItem(Map.of()).await().atMost(WAIT);
  }

  /** Both processes of this test have one session each; the owner's is the one with its key. */
  private static void endSessionsOf(Owner owner) {
    clients.execute(
        """
        SELECT pg_terminate_backend(pid)
        FROM pg_locks
        JOIN epoch.servers ON session_key = (classid::bigint << 32) | objid::bigint
        WHERE locktype = 'advisory' AND servers.id = '%s'
        """
            .formatted(owner.member().id()));
  }

  @Test
  void appendsOfAnOwnerDoNotAskWhoOwnsTheStream() {
    // given
    Owner owner = acquire(first, "a");
    append(firstLog, "a", owner.fence(), 0);
    SqlConnection other = await(clients.pool().getConnection());

    // when nobody can look at the owners
    await(other.query("BEGIN; LOCK TABLE epoch.stream_owners IN ACCESS EXCLUSIVE MODE").execute());

    // then
    try {
      for (int i = 1; i <= 5; i++) {
        assertThat(append(firstLog, "a", owner.fence(), i)).isInstanceOf(AppendResult.class);
      }
    } finally {
      await(other.query("ROLLBACK").execute());
      await(other.close());
    }
  }

  private static Owner acquire(Membership member, String stream) {
    return await(member.acquire(List.of(stream))).get(stream);
  }

  private static Object append(EventLog log, String stream, long fence, long expectedVersion) {
    return await(
        log.append(stream, fence, expectedVersion, List.of(event(expectedVersion)))
            .onItemOrFailure()
            .transform((result, failure) -> failure != null ? failure : result));
  }

  private static void until(BooleanSupplier reached) {
    long limit = System.nanoTime() + WAIT.toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(limit);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
