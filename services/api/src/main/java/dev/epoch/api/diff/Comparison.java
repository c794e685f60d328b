package dev.epoch.api.diff;

import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;

/** Two states to compare, as parameters name them. */
public record Comparison(
    Snapshot base, CommitState baseCommit, Snapshot target, CommitState targetCommit) {

  /**
   * @param base null for the first parent of target, or for its head when uncommitted changes count
   * @param target null for HEAD
   * @param working whether uncommitted changes of target, a branch, count
   */
  public static Comparison of(
      ApiRequest request, RepositoryState state, String base, String target, Boolean working) {
    References references = request.references(state);
    if (Boolean.TRUE.equals(working)) {
      BranchState branch = request.branch(state, target);
      CommitState from = base == null ? state.head(branch) : references.commit(base);
      return new Comparison(
          Snapshot.of(state, from, base == null ? branch.name() : base),
          from,
          request.server().reads().working(state, branch),
          state.head(branch));
    }
    CommitState to = references.commit(target);
    CommitState from =
        base != null
            ? references.commit(base)
            : to.root() ? to : state.commits().byId().get(to.parents().getFirst());
    String label = target == null ? "HEAD" : target;
    return new Comparison(
        Snapshot.of(state, from, base == null ? label + "^" : base),
        from,
        Snapshot.of(state, to, label),
        to);
  }
}
