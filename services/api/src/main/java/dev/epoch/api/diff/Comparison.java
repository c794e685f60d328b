package dev.epoch.api.diff;

import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.DiffService.TableDiff;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.SchemaOnly;
import java.util.List;

/**
 * Two states to compare, as parameters name them.
 *
 * @param schemaOnly name of a branch that versions no rows and that one of them is, or null
 */
public record Comparison(
    Snapshot base,
    CommitState baseCommit,
    Snapshot target,
    CommitState targetCommit,
    String schemaOnly) {

  /**
   * @param base null for the first parent of target, or for its head when uncommitted changes count
   * @param target null for HEAD
   * @param working whether uncommitted changes of target, a branch, count
   */
  public static Comparison of(
      ApiRequest request, RepositoryState state, String base, String target, Boolean working) {
    References references = request.references(state);
    String schemaOnly =
        SchemaOnly.named(state, base)
            .or(() ->
                target == null || target.equals("HEAD")
                    ? SchemaOnly.named(state, request.branch(state, null).name())
                    : SchemaOnly.named(state, target))
            .orElse(null);
    if (Boolean.TRUE.equals(working)) {
      BranchState branch = request.branch(state, target);
      CommitState from = base == null ? state.head(branch) : references.commit(base);
      return new Comparison(
          Snapshot.of(state, from, base == null ? branch.name() : base),
          from,
          request.server().reads().working(state, branch),
          state.head(branch),
          schemaOnly);
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
        to,
        schemaOnly);
  }

  /**
   * What differs, table by table; without rows where one side versions none.
   *
   * @param diffs of the server
   */
  public List<TableDiff> tables(DiffService diffs) {
    return schemaOnly == null ? diffs.summary(base, target) : diffs.schemas(base, target);
  }
}
