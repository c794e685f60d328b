package dev.epoch.engine.processing;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.Commits;
import dev.epoch.model.commit.CommitGraph;
import dev.epoch.model.commit.CommitId;
import java.time.Instant;
import java.util.List;

/** The commits of a repository's state as the graph that the model's algorithms walk. */
public final class StateGraph implements CommitGraph {
  private final Commits commits;

  public StateGraph(Commits commits) {
    this.commits = commits;
  }

  public CommitId id(String hex) {
    return new CommitId(hex);
  }

  @Override
  public List<CommitId> parents(CommitId id) {
    return commit(id).parents().stream().map(CommitId::new).toList();
  }

  @Override
  public int generation(CommitId id) {
    return commit(id).generation();
  }

  @Override
  public Instant time(CommitId id) {
    return commit(id).time();
  }

  private CommitState commit(CommitId id) {
    return commits
        .of(id.hex())
        .orElseThrow(() -> new IllegalArgumentException("no commit " + id.hex()));
  }
}
