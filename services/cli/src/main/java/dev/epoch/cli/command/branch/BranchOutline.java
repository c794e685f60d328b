package dev.epoch.cli.command.branch;

import dev.epoch.client.commit.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A history reduced to what tells how branches relate: heads, forks, merges and roots.
 *
 * <pre>
 *   A--B--C--D main              A--D main
 *       \                   =&gt;    \
 *        E--F feature              F feature      (A stands for the fork B)
 * </pre>
 */
final class BranchOutline {

  private BranchOutline() {}

  /**
   * A commit that stays.
   *
   * @param parents the nearest ancestors that stay too
   * @param branches names of the branches that end here
   */
  record Node(Commit commit, List<String> parents, List<String> branches) {}

  /**
   * The outline of commits that come children first.
   *
   * @param names names of branches by the commit where they end
   */
  static List<Node> of(List<Commit> history, Map<String, List<String>> names) {
    Map<String, Commit> byId = new HashMap<>();
    Map<String, Integer> children = new HashMap<>();
    for (Commit commit : history) {
      byId.put(commit.id(), commit);
      commit.parents().forEach(parent -> children.merge(parent, 1, Integer::sum));
    }
    Set<String> kept = new LinkedHashSet<>();
    for (Commit commit : history) {
      boolean line = commit.parents().size() == 1 && children.getOrDefault(commit.id(), 0) == 1;
      if (!line || names.containsKey(commit.id())) {
        kept.add(commit.id());
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (String id : kept) {
      Set<String> parents = new LinkedHashSet<>();
      byId.get(id).parents().forEach(parent -> parents.add(nearest(parent, byId, kept)));
      nodes.add(new Node(byId.get(id), List.copyOf(parents), names.getOrDefault(id, List.of())));
    }
    return nodes;
  }

  private static String nearest(String id, Map<String, Commit> byId, Set<String> kept) {
    String at = id;
    while (byId.containsKey(at) && !kept.contains(at)) {
      at = byId.get(at).parents().getFirst();
    }
    return at;
  }
}
