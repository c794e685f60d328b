package dev.epoch.cli.command.branch;

import dev.epoch.cli.configuration.Head;
import dev.epoch.client.branch.Branch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of branches beside the commits where they end. */
public final class BranchNames {

  private BranchNames() {}

  /**
   * Names by commit id; the branch that is checked out comes first, as {@code HEAD -> main}, and a
   * commit that is checked out is {@code HEAD}.
   *
   * @param current may be null
   */
  public static Map<String, List<String>> byHead(List<Branch> branches, Head current) {
    Map<String, List<String>> names = new HashMap<>();
    for (Branch branch : branches) {
      List<String> here = names.computeIfAbsent(branch.headCommitId(), id -> new ArrayList<>());
      if (new Head.OnBranch(branch.name()).equals(current)) {
        here.addFirst("HEAD -> " + branch.name());
      } else {
        here.add(branch.name());
      }
    }
    if (current instanceof Head.Detached at) {
      names.computeIfAbsent(at.commit(), id -> new ArrayList<>()).addFirst("HEAD");
    }
    return names;
  }
}
