package dev.epoch.model.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.Property;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LogWalkTest {

  /**
   * The clock of C was wrong: it is later than its children.
   *
   * <pre>
   *   A(0)---B(1)---------M(5)
   *    \                 /
   *     C(9)---D(2)---E(3)
   * </pre>
   */
  @Test
  void latestFirstButNoParentBeforeItsChildren() {
    TestGraph graph =
        new TestGraph()
            .commit("A", 0)
            .commit("B", 1, "A")
            .commit("C", 9, "A")
            .commit("D", 2, "C")
            .commit("E", 3, "D")
            .commit("M", 5, "B", "E");
    LogWalk log = new Ancestry(graph).log(List.of(graph.id("M")));

    assertThat(graph.names(log)).containsExactly("M", "E", "D", "C", "B", "A");
    assertThat(graph.names(log.firstParent())).containsExactly("M", "B", "A");
    assertThat(graph.names(log.limit(2))).containsExactly("M", "E");
    assertThat(graph.names(log.excluding(List.of(graph.id("D"))))).containsExactly("M", "E", "B");
    assertThat(graph.names(log.firstParent().excluding(List.of(graph.id("E")))))
        .containsExactly("M", "B");
  }

  @Test
  void aPageOfALongHistoryCostsAPage() {
    TestGraph graph = new TestGraph().commit("c0");
    for (int i = 1; i <= 100_000; i++) {
      graph.commit("c" + i, "c" + (i - 1));
    }
    Iterator<CommitId> log = new Ancestry(graph).log(List.of(graph.id("c100000"))).iterator();

    for (int i = 0; i < 10; i++) {
      assertThat(log.next()).isEqualTo(graph.id("c" + (100_000 - i)));
    }

    assertThat(graph.visits).isLessThan(50);
  }

  @Test
  void everyCommitOnceInAnOrderThatKeepsChildrenFirst() {
    Property.holds(
        3000,
        RandomGraph::of,
        RandomGraph::smaller,
        random -> {
          TestGraph graph = random.graph();
          List<CommitId> all = graph.all();
          List<CommitId> heads = List.of(all.getLast(), all.get(all.size() / 2));
          CommitId excluded = all.get(all.size() / 3);
          Set<CommitId> expected = new HashSet<>();
          heads.forEach(head -> expected.addAll(graph.history(head)));

          LogWalk log = new Ancestry(graph).log(heads);

          checkOrder(graph, list(log), expected);
          expected.removeAll(graph.history(excluded));
          checkOrder(graph, list(log.excluding(List.of(excluded))), expected);
          assertThat(list(log.limit(3)))
              .isEqualTo(list(log).subList(0, Math.min(3, list(log).size())));
        });
  }

  /** Each commit is the latest of those whose children are all given out: brute force. */
  private static void checkOrder(TestGraph graph, List<CommitId> log, Set<CommitId> expected) {
    assertThat(log).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    Set<CommitId> left = new HashSet<>(expected);
    for (CommitId commit : log) {
      List<CommitId> ready =
          left.stream().filter(id -> graph.children(id).noneMatch(left::contains)).toList();
      assertThat(ready).contains(commit);
      assertThat(ready).allMatch(other -> !graph.time(other).isAfter(graph.time(commit)));
      left.remove(commit);
    }
  }

  private static List<CommitId> list(Iterable<CommitId> commits) {
    List<CommitId> list = new ArrayList<>();
    commits.forEach(list::add);
    return list;
  }
}
