package dev.epoch.gateway.stream;

import dev.epoch.engine.state.Commits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import java.util.List;

/** How commits of a repository descend from each other; commits are named by their ids. */
public final class Lineage {
  private Lineage() {}

  public static boolean isAncestor(RepositoryState state, String ancestor, String descendant) {
    Commits graph = state.commits();
    return new Ancestry(graph).isAncestor(new CommitId(ancestor), new CommitId(descendant));
  }

  public static List<String> mergeBases(RepositoryState state, String ours, String theirs) {
    Commits graph = state.commits();
    return new Ancestry(graph)
        .mergeBases(new CommitId(ours), new CommitId(theirs)).stream().map(CommitId::hex).toList();
  }

  public static MergeBase mergeBase(RepositoryState state, String ours, String theirs) {
    Commits graph = state.commits();
    return new Ancestry(graph).mergeBase(new CommitId(ours), new CommitId(theirs));
  }
}
