package dev.epoch.api.commit;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.SchemaOnly;
import java.util.Map;

/** Which state of all tables a request means. */
public final class Snapshots {
  private Snapshots() {}

  /**
   * @param ref null for the actor's branch
   * @param working with what is not committed; then the ref is a branch
   * @throws RefusedException if it is the name of a branch that has no rows of its own
   */
  public static Snapshot at(
      ApiRequest request, RepositoryState state, String ref, Boolean working) {
    if (Boolean.TRUE.equals(working)) {
      BranchState branch = request.branch(state, ref);
      SchemaOnly.requireRows(branch);
      return request.server().reads().working(state, branch);
    }
    requireRows(request, state, ref);
    CommitState commit = request.references(state).commit(ref);
    if (ref == null || ref.equals("HEAD") || state.branch(ref).isPresent()) {
      // a branch does not have what was removed, though the commit that it stands at has
      String label = ref == null ? request.branch(state, null).name() : ref;
      return Snapshot.of(state, commit, label).withoutRemoved();
    }
    return Snapshot.of(state, commit, ref);
  }

  /**
   * @param ref as {@link #at} has it
   * @throws RefusedException if it is the name of a branch that has no rows of its own
   */
  public static void requireRows(ApiRequest request, RepositoryState state, String ref) {
    if (ref == null || ref.equals("HEAD")) {
      SchemaOnly.requireRows(request.branch(state, null));
    } else {
      SchemaOnly.requireRows(state, ref);
    }
  }

  /** As the default branch stood when the repository's stream had this version. */
  public static Snapshot atVersion(RepositoryState state, String ref, long version) {
    if (ref != null) {
      throw new InvalidRequestException(
          FieldProblem.query("value_error", "version", "Give either ref or version"));
    }
    return Snapshot.of(state, commitAt(state, version), "version " + version);
  }

  /** The newest commit on the line of the default branch that was made at or before the version. */
  static CommitState commitAt(RepositoryState state, long version) {
    BranchState branch = state.defaultBranch();
    String commit = branch.head();
    while (commit != null && state.commits().version(commit) > version) {
      commit = state.commits().firstParent(commit);
    }
    if (commit == null) {
      throw new RefusedException(
          Code.COMMIT_NOT_FOUND,
          "Branch '" + branch.name() + "' has no commit at version " + version,
          Map.of("version", version, "branch", branch.name()));
    }
    return state.commits().of(commit).orElseThrow();
  }
}
