package dev.epoch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.TableState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Databases know branches by their ids, and names as of the log's version. */
abstract class DirectoryCases extends StorageAdapterCases {
  private static BranchHandle handle(String id, String name, long version) {
    return new BranchHandle("people", id, name, false, version);
  }

  private Optional<String> put(String id, String name, long version) {
    heads.putIfAbsent(id, heads.get(main.id()));
    BranchHandle branch = handle(id, name, version);
    return adapter.putBranch(branch, Map.of(person.id(), at(branch)));
  }

  @Test
  void branchesAreThoseThatWereToldOfAndNotDropped() {
    // given
    BranchHandle feature = branch("feature", main);
    branch("other", main);

    // then
    assertThat(adapter.branches("people"))
        .containsExactlyInAnyOrder(main.id(), "bfeature", "bother");
    assertThat(adapter.branches("others")).isEmpty();
    adapter.dropBranch(feature);
    assertThat(adapter.branches("people")).containsExactlyInAnyOrder(main.id(), "bother");
    put(feature);
    assertThat(adapter.branches("people")).contains("bfeature");
  }

  @Test
  void aNameIsOfTheBranchThatHadItLast() {
    assertThat(put("b1", "x", 5)).isEmpty();
    assertThat(put("b1", "x", 5)).isEmpty();
    assertThat(put("b2", "x", 6)).contains("b1");
    assertThat(put("b2", "x", 6)).isEmpty();
    assertThat(put("b1", "y", 7)).isEmpty();
    assertThat(put("b3", "y", 4)).contains("b1");
    assertThat(put("b1", "y", 7)).isEmpty();
  }

  @Test
  void namesOfDroppedBranchesAreFree() {
    // given
    put("b1", "x", 5);
    adapter.dropBranch(handle("b1", "x", 5));

    // then
    assertThat(put("b2", "x", 6)).isEmpty();
    assertThat(adapter.branches("people")).contains("b2").doesNotContain("b1");
  }

  @Test
  void aBranchThatIsUnknownIsNotWritten() {
    heads.put("bunknown", heads.get(main.id()));
    assertThatThrownBy(() -> write(handle("bunknown", "u", 1), upsert(1, "X", 1)))
        .isInstanceOf(StorageException.class);
    assertThat(rows(working(main))).contains("[1, Ann, 30]");
  }

  @Test
  void onlyWhatNobodyNeedsIsReclaimed() {
    // given
    BranchHandle old = branch("old", main);
    write(old, upsert(1, "Old", 1));
    commit(old);
    BranchHandle child = branch("child", old);
    write(child, upsert(2, "Child", 2));
    commit(child);
    TableState state = head(old);

    // then: it is in use, is not dropped, is kept
    assertThat(adapter.reclaim("people", Set.of(), false)).isEmpty();
    adapter.dropBranch(old);
    assertThat(adapter.reclaim("people", Set.of(old.id()), false)).isEmpty();
    assertThat(adapter.reclaim("others", Set.of(), false)).isEmpty();
    assertThat(adapter.reclaim("people", Set.of(child.id()), true)).containsExactly(old.id());
    assertThat(rows(state)).contains("[1, Old, 1]");

    // when
    assertThat(adapter.reclaim("people", Set.of(child.id()), false)).containsExactly(old.id());

    // then
    assertThatThrownBy(() -> rows(state)).isInstanceOf(StorageException.class);
    assertThat(rows(head(child))).containsExactly("[1, Old, 1]", "[2, Child, 2]", "[3, Cid, 50]");
    assertThat(rows(working(main))).hasSize(3).contains("[1, Ann, 30]");
    assertThat(adapter.reclaim("people", Set.of(child.id()), false)).isEqualTo(List.of());
  }
}
