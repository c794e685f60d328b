package dev.epoch.cli.command.branch;

import dev.epoch.client.branch.Branch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of branches beside the commits where they end. */
public final class BranchNames {

  private BranchNames() {}

  /**
   * Names by commit id; the branch that is checked out comes first, as {@code HEAD -> main}.
   *
   * @param current may be null
   */
  public static Map<String, List<String>> byHead(List<Branch> branches, String current) {
    Map<String, List<String>> names = new HashMap<>();
    for (Branch branch : branches) {
      List<String> here = names.computeIfAbsent(branch.headCommitId(), id -> new ArrayList<>());
      if (branch.name().equals(current)) {
        here.addFirst("HEAD -> " + current);
      } else {
        here.add(branch.name());
      }
    }
    return names;
  }
}
