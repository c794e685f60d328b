package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.state.TableState;
import org.junit.jupiter.api.Test;

/** Branches see their own changes only. */
abstract class BranchCases extends StorageAdapterCases {
  @Test
  void branchesAreIsolated() {
    // given
    BranchHandle feature = branch("feature", main);
    BranchHandle child = branch("child", feature);

    // when
    write(feature, upsert(1, "Annie", 30), delete(3));
    write(main, upsert(2, "Rob", 40));
    commit(feature);
    BranchHandle late = branch("late", feature);
    write(feature, upsert(1, "Anne", 30));
    write(late, delete(1));

    // then
    assertThat(rows(working(main))).containsExactly("[1, Ann, 30]", "[2, Rob, 40]", "[3, Cid, 50]");
    assertThat(rows(working(child)))
        .containsExactly("[1, Ann, 30]", "[2, Bob, 40]", "[3, Cid, 50]");
    assertThat(rows(working(feature))).containsExactly("[1, Anne, 30]", "[2, Bob, 40]");
    assertThat(rows(working(late))).containsExactly("[2, Bob, 40]");
    assertThat(kinds(head(late), working(late))).containsExactly("DELETE 1");
    assertThat(kinds(head(feature), working(late))).containsExactly("DELETE 1");
  }

  @Test
  void branchesCanBeToldOfAndDroppedAgainAndAgain() {
    // given
    BranchHandle feature = branch("feature", main);
    write(feature, upsert(1, "Annie", 30));
    commit(feature);

    // when
    put(feature);
    put(feature);
    TableState head = head(feature);
    adapter.dropBranch(feature);
    adapter.dropBranch(feature);

    // then
    assertThat(rows(head)).contains("[1, Annie, 30]");
  }
}
