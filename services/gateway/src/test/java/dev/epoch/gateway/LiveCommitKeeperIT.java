package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.LiveCommits;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.gateway.commit.LiveCommitKeeper;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Live changes that nobody commits. */
@Tag("postgres-versions")
class LiveCommitKeeperIT {
  @Test
  void liveChangesAreCommittedByPolicy() {
    try (TestServer test = new TestServer()) {
      test.database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, a text)",
          "CREATE TABLE u (id int PRIMARY KEY, a text)",
          "INSERT INTO t VALUES (1, 'a')",
          "INSERT INTO u VALUES (1, 'a')");
      test.register("t");
      test.register("u");
      test.commit("main", "first");
      keeps(test);
    }
  }

  private static void keeps(TestServer test) {
    // given
    LiveCommitKeeper keeper = new LiveCommitKeeper(test.server(), Clock.systemUTC());
    String before = head(test).id();
    test.server()
        .repositories()
        .update(
            "shop",
            new UpdateRepositoryV1(null, null, new LiveCommits("changes", 2), null, null),
            TestServer.caller());

    // when
    test.database.execute("UPDATE t SET a = 'live' WHERE id = 1");
    keeper.look();

    // then
    assertThat(head(test).id()).isEqualTo(before);

    // when
    test.database.execute("UPDATE u SET a = 'live' WHERE id = 1");
    keeper.look();

    // then
    assertThat(head(test).parents()).containsExactly(before);
    assertThat(head(test).author()).isEqualTo(Actor.LIVE);
    assertThat(head(test).changed())
        .extracting(entry -> entry.name() + entry.updated())
        .containsExactlyInAnyOrder("t1", "u1");
    String committed = head(test).id();
    keeper.look();
    assertThat(head(test).id()).isEqualTo(committed);

    // when
    test.server()
        .repositories()
        .update(
            "shop",
            new UpdateRepositoryV1(null, null, new LiveCommits("interval", 5), null, null),
            TestServer.caller());
    test.database.execute("UPDATE t SET a = 'again' WHERE id = 1");
    keeper.look();
    assertThat(head(test).id()).isEqualTo(committed);
    new LiveCommitKeeper(test.server(), Clock.offset(Clock.systemUTC(), Duration.ofMinutes(6)))
        .look();

    // then
    assertThat(head(test).parents()).containsExactly(committed);
  }

  private static CommitState head(TestServer test) {
    RepositoryState state = test.repository().state();
    return state.head(state.defaultBranch());
  }
}
