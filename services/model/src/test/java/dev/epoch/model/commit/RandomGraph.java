package dev.epoch.model.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random history that can be made smaller.
 *
 * @param parents of each commit, as places before it
 * @param times of each commit; clocks go wrong
 */
record RandomGraph(List<List<Integer>> parents, List<Integer> times) {
  static RandomGraph of(Random random) {
    int size = 1 + random.nextInt(12);
    List<List<Integer>> parents = new ArrayList<>();
    List<Integer> times = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<Integer> of = new ArrayList<>();
      int count = i == 0 ? 0 : random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(3);
      for (int k = 0; k < count; k++) {
        int parent = Math.max(0, i - 1 - random.nextInt(5));
        if (!of.contains(parent)) {
          of.add(parent);
        }
      }
      parents.add(of);
      times.add(random.nextInt(20));
    }
    return new RandomGraph(parents, times);
  }

  List<RandomGraph> smaller() {
    List<RandomGraph> smaller = new ArrayList<>();
    int last = parents.size() - 1;
    if (last > 0) {
      smaller.add(new RandomGraph(parents.subList(0, last), times.subList(0, last)));
    }
    for (int i = 0; i <= last; i++) {
      for (int k = 0; k < parents.get(i).size(); k++) {
        List<List<Integer>> fewer = new ArrayList<>(parents);
        List<Integer> of = new ArrayList<>(parents.get(i));
        of.remove(k);
        fewer.set(i, of);
        smaller.add(new RandomGraph(fewer, times));
      }
    }
    return smaller;
  }

  TestGraph graph() {
    TestGraph graph = new TestGraph();
    for (int i = 0; i < parents.size(); i++) {
      graph.commit(
          "c" + i,
          times.get(i),
          parents.get(i).stream().map(parent -> "c" + parent).toArray(String[]::new));
    }
    return graph;
  }
}
