package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.query.ReadQuery;
import dev.epoch.storage.state.TableState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Queries, and the end of it all. */
abstract class DatabaseCases extends StorageAdapterCases {
  @Test
  void queriesSeeTheStateThatTheyAskFor() {
    // given
    assumeTrue(adapter.queries().isPresent());
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 33), delete(2));

    // then
    assertThat(sum(head(feature))).isEqualTo("120");
    assertThat(sum(working(feature))).isEqualTo("83");
    assertThat(sum(working(main))).isEqualTo("120");
  }

  private String sum(TableState state) {
    return adapter
        .queries()
        .orElseThrow()
        .query(
            new ReadQuery(
                "SELECT sum(age) FROM person",
                List.of(),
                Map.of(person, state),
                10,
                Duration.ofSeconds(10)))
        .rows()
        .getFirst()
        .getFirst()
        .asText();
  }

  @Test
  void uninstallingLeavesTheUsersTable() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 33));
    write(main, upsert(2, "Rob", 40));

    // when
    adapter.uninstall();

    // then
    assertThat(usersRows())
        .containsExactlyInAnyOrder("[1, Ann, 30]", "[2, Rob, 40]", "[3, Cid, 50]");
    assertThat(adapter.check().problems()).isEmpty();
  }
}
