package dev.epoch.gateway;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which commits reach which.
 *
 * @param commits those that count, by id
 * @param parents of all, by id
 */
record CommitGraph(Set<String> commits, Map<String, List<String>> parents) {
  Set<String> ancestors(String commit) {
    Set<String> found = new HashSet<>();
    List<String> left = new ArrayList<>(List.of(commit));
    while (!left.isEmpty()) {
      String next = left.removeLast();
      if (found.add(next)) {
        left.addAll(parents.getOrDefault(next, List.of()));
      }
    }
    found.retainAll(commits);
    return found;
  }

  List<String> bases(String one, String other) {
    Set<String> common = ancestors(one);
    common.retainAll(ancestors(other));
    return common.stream()
        .filter(
            each -> common.stream().noneMatch(o -> !o.equals(each) && ancestors(o).contains(each)))
        .toList();
  }
}
