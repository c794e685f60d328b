package dev.epoch.model.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.Property;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class AncestryTest {

  /**
   * <pre>
   *   R---A---B   ours
   *        \
   *         C---D theirs
   * </pre>
   */
  @Test
  void aFork() {
    TestGraph graph =
        new TestGraph()
            .commit("R")
            .commit("A", "R")
            .commit("B", "A")
            .commit("C", "A")
            .commit("D", "C");
    Ancestry ancestry = new Ancestry(graph);

    assertThat(graph.names(ancestry.mergeBases(graph.id("B"), graph.id("D")))).containsExactly("A");
    assertThat(ancestry.divergence(graph.id("B"), graph.id("D")))
        .isEqualTo(new Ancestry.Divergence(1, 2));
    assertThat(ancestry.isAncestor(graph.id("R"), graph.id("D"))).isTrue();
    assertThat(ancestry.isAncestor(graph.id("D"), graph.id("R"))).isFalse();
    assertThat(ancestry.isAncestor(graph.id("B"), graph.id("D"))).isFalse();
    assertThat(ancestry.isAncestor(graph.id("D"), graph.id("D"))).isTrue();
    assertThat(ancestry.isAncestorOfAny(graph.id("C"), List.of(graph.id("B"), graph.id("D"))))
        .isTrue();
    assertThat(ancestry.isAncestorOfAny(graph.id("D"), List.of(graph.id("B"), graph.id("C"))))
        .isFalse();
    assertThat(ancestry.isAncestorOfAny(graph.id("R"), List.of())).isFalse();
    assertThat(ancestry.mergeBase(graph.id("B"), graph.id("D")))
        .isEqualTo(new MergeBase.Commit(graph.id("A")));
  }

  /**
   * <pre>
   *   R---A---M  ours       M merged B, N merged A
   *    \   \ /
   *     \   X
   *      \ / \
   *       B---N  theirs
   * </pre>
   */
  @Test
  void aCrissCross() {
    TestGraph graph = crissCross();
    Ancestry ancestry = new Ancestry(graph);

    assertThat(graph.names(ancestry.mergeBases(graph.id("M"), graph.id("N"))))
        .containsExactly("B", "A");
    assertThat(ancestry.mergeBase(graph.id("M"), graph.id("N")))
        .isEqualTo(
            new MergeBase.Virtual(
                new MergeBase.Commit(graph.id("A")),
                graph.id("B"),
                new MergeBase.Commit(graph.id("R"))));
    assertThat(ancestry.mergeBase(graph.id("M"), graph.id("N")).bestCommonAncestors())
        .containsExactly(graph.id("A"), graph.id("B"));
  }

  private static TestGraph crissCross() {
    return new TestGraph()
        .commit("R")
        .commit("A", "R")
        .commit("B", "R")
        .commit("M", "A", "B")
        .commit("N", "B", "A");
  }

  /**
   * <pre>
   *   A---B     C---D
   * </pre>
   */
  @Test
  void unrelatedHistories() {
    TestGraph graph = new TestGraph().commit("A").commit("B", "A").commit("C").commit("D", "C");
    Ancestry ancestry = new Ancestry(graph);

    assertThat(ancestry.mergeBases(graph.id("B"), graph.id("D"))).isEmpty();
    assertThat(ancestry.mergeBase(graph.id("B"), graph.id("D")))
        .isEqualTo(new MergeBase.Unrelated());
  }

  /** Layers of criss-crosses: each commit of a layer has both of the one below as parents. */
  @Test
  void aPlanEndsHoweverDeepTheCrossing() {
    TestGraph graph = new TestGraph().commit("R").commit("a0", "R").commit("b0", "R");
    for (int i = 1; i <= 500; i++) {
      graph.commit("a" + i, "a" + (i - 1), "b" + (i - 1));
      graph.commit("b" + i, "b" + (i - 1), "a" + (i - 1));
    }

    MergeBase plan = new Ancestry(graph).mergeBase(graph.id("a500"), graph.id("b500"));

    assertThat(depth(plan)).isEqualTo(MergeBasePlanner.MAX_VIRTUAL);
  }

  private static int depth(MergeBase plan) {
    return plan instanceof MergeBase.Virtual virtual ? 1 + depth(virtual.base()) : 0;
  }

  /** A hundred thousand commits below the fork are not looked at. */
  @Test
  void theCostIsThatOfWhatIsAboveTheAnswer() {
    TestGraph graph = new TestGraph().commit("c0");
    for (int i = 1; i <= 100_000; i++) {
      graph.commit("c" + i, "c" + (i - 1));
    }
    graph.commit("ours", "c100000").commit("theirs", "c99990");
    Ancestry ancestry = new Ancestry(graph);

    assertThat(graph.names(ancestry.mergeBases(graph.id("ours"), graph.id("theirs"))))
        .containsExactly("c99990");
    assertThat(ancestry.isAncestor(graph.id("theirs"), graph.id("ours"))).isFalse();
    assertThat(ancestry.divergence(graph.id("ours"), graph.id("theirs")))
        .isEqualTo(new Ancestry.Divergence(11, 1));
    assertThat(graph.visits).isLessThan(100);
  }

  @Test
  void mergeBasesAreTheCommonAncestorsFromWhichNoOtherDescends() {
    forAllPairs((graph, pair) -> {
      Set<CommitId> common = new HashSet<>(graph.history(pair.get(0)));
      common.retainAll(graph.history(pair.get(1)));
      Set<CommitId> best = new HashSet<>(common);
      for (CommitId other : common) {
        Set<CommitId> below = graph.history(other);
        below.remove(other);
        best.removeAll(below);
      }

      List<CommitId> bases = new Ancestry(graph).mergeBases(pair.get(0), pair.get(1));

      assertThat(bases).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(best);
      assertThat(new Ancestry(graph).mergeBases(pair.get(1), pair.get(0))).isEqualTo(bases);
    });
  }

  @Test
  void divergenceCountsWhatOnlyOneSideHas() {
    forAllPairs((graph, pair) -> {
      Set<CommitId> ahead = graph.history(pair.get(0));
      ahead.removeAll(graph.history(pair.get(1)));
      Set<CommitId> behind = graph.history(pair.get(1));
      behind.removeAll(graph.history(pair.get(0)));

      assertThat(new Ancestry(graph).divergence(pair.get(0), pair.get(1)))
          .isEqualTo(new Ancestry.Divergence(ahead.size(), behind.size()));
    });
  }

  @Test
  void anAncestorIsInTheHistory() {
    forAllPairs((graph, pair) ->
        assertThat(new Ancestry(graph).isAncestor(pair.get(0), pair.get(1)))
            .isEqualTo(graph.history(pair.get(1)).contains(pair.get(0))));
  }

  @Test
  void aPlanIsMadeOfTheMergeBases() {
    forAllPairs((graph, pair) -> {
      Ancestry ancestry = new Ancestry(graph);
      List<CommitId> bases = ancestry.mergeBases(pair.get(0), pair.get(1));

      MergeBase plan = ancestry.mergeBase(pair.get(0), pair.get(1));

      assertThat(plan.bestCommonAncestors()).containsExactlyElementsOf(bases.reversed());
    });
  }

  private static void forAllPairs(BiConsumer<TestGraph, List<CommitId>> law) {
    Property.holds(
        1500,
        RandomGraph::of,
        RandomGraph::smaller,
        random -> {
          TestGraph graph = random.graph();
          for (CommitId left : graph.all()) {
            for (CommitId right : graph.all()) {
              law.accept(graph, List.of(left, right));
            }
          }
        });
  }
}
