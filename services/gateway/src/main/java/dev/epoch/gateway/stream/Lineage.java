package dev.epoch.gateway.stream;

import dev.epoch.engine.processing.StateGraph;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.commit.Ancestry;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import java.util.List;

/** How commits of a repository descend from each other; commits are named by their ids. */
public final class Lineage {
  private Lineage() {}

  public static boolean isAncestor(RepositoryState state, String ancestor, String descendant) {
    StateGraph graph = new StateGraph(state.commits());
    return new Ancestry(graph).isAncestor(graph.id(ancestor), graph.id(descendant));
  }

  public static List<String> mergeBases(RepositoryState state, String ours, String theirs) {
    StateGraph graph = new StateGraph(state.commits());
    return new Ancestry(graph)
        .mergeBases(graph.id(ours), graph.id(theirs)).stream().map(CommitId::hex).toList();
  }

  public static MergeBase mergeBase(RepositoryState state, String ours, String theirs) {
    StateGraph graph = new StateGraph(state.commits());
    return new Ancestry(graph).mergeBase(graph.id(ours), graph.id(theirs));
  }
}
