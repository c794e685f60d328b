package dev.epoch.gateway.stream;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import java.util.Map;
import java.util.Optional;

/**
 * Branches that version schemas and no rows. The tables of their sessions are empty at first, the
 * log says that their commits have the rows of what they started from: rows at the name of such a
 * branch would be neither.
 */
public final class SchemaOnly {
  private SchemaOnly() {}

  /** The name, where a ref is that of such a branch. */
  public static Optional<String> named(RepositoryState state, String ref) {
    return Optional.ofNullable(ref)
        .flatMap(state::branch)
        .filter(branch -> branch.traits().schemaOnly())
        .map(BranchState::name);
  }

  /**
   * @throws RefusedException if the branch has no rows of its own
   */
  public static void requireRows(BranchState branch) {
    if (branch.traits().schemaOnly()) {
      throw new RefusedException(
          Code.SCHEMA_ONLY_BRANCH,
          "Branch '" + branch.name() + "' is schema-only: its rows are not versioned",
          Map.of(
              "branch",
              branch.name(),
              "remedy",
              "Use a session: SELECT epoch.use_branch('%s'); or name a commit"
                  .formatted(branch.name())));
    }
  }

  /**
   * The same where a ref is the name of a branch; any other ref names a commit.
   *
   * @throws RefusedException if the branch has no rows of its own
   */
  public static void requireRows(RepositoryState state, String ref) {
    state.branch(ref).ifPresent(SchemaOnly::requireRows);
  }
}
