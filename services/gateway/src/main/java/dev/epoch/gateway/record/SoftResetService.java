package dev.epoch.gateway.record;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.branch.ResetService;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.SchemaOnly;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Resets that keep the rows of a branch: what was committed since is staged afterwards, and what
 * was not is uncommitted as before. A hard reset whose difference is applied again; if the process
 * ends in between, the commits of both are in the log.
 */
public final class SoftResetService {
  private static final String SOFT_RESET = "soft-reset";

  private final ResetService resets;
  private final CommitChanges changes;
  private final ApplyService applications;
  private final WorkingSetService workingSets;

  public SoftResetService(
      ResetService resets,
      CommitChanges changes,
      ApplyService applications,
      WorkingSetService workingSets) {
    this.resets = resets;
    this.changes = changes;
    this.applications = applications;
    this.workingSets = workingSets;
  }

  /**
   * @param target as the user names it
   * @param expectedHead refuse if the branch stands elsewhere, or null
   * @throws RefusedException for the default branch too: applications would see its rows go back
   *     and forth; for a schema-only one, which has no uncommitted rows; and where tables or their
   *     schemas differ
   */
  public ResetService.Moved soft(
      LiveRepository repository, String branch, String target, String expectedHead, Caller caller) {
    BranchState found = References.branch(repository.state(), branch);
    if (repository.state().isDefault(found)) {
      throw new RefusedException(
          Code.VALIDATION,
          "The default branch has no soft reset: its rows, the live tables, would go back and forth",
          Map.of("branch", branch, "remedy", "epoch reset --hard, or epoch revert"));
    }
    SchemaOnly.requireRows(found);
    ResetService.Moved moved = resets.hardForRows(repository, branch, target, expectedHead, caller);
    if (repository.state().outcomes().of(caller.key(SOFT_RESET)).isPresent()) {
      return moved;
    }
    RepositoryState state = repository.state();
    CommitState rows =
        state.commits().byId().get(moved.saved() == null ? moved.former() : moved.saved());
    applications.apply(
        repository,
        new ApplyService.Request(branch, changes.between(state, moved.head(), rows), false, false),
        caller.another());
    stage(repository, branch, state.commits().byId().get(moved.former()), moved.head(), caller);
    if (caller.idempotencyKey() != null) {
      // a repetition of the command must not make the changes again
      repository
          .step(
              new Continuation.Complete(Map.of("commit", moved.head().id())),
              caller.another(),
              caller.key(SOFT_RESET))
          .orRefuse();
    }
    return moved;
  }

  /** The tables in which the commits differ, as far as they have changes now. */
  private void stage(
      LiveRepository repository,
      String branch,
      CommitState former,
      CommitState head,
      Caller caller) {
    RepositoryState state = repository.state();
    Set<String> tables =
        new TreeSet<>(workingSets.pending(state, References.branch(state, branch)).keySet());
    tables.removeIf(table -> same(former.tree().get(table), head.tree().get(table)));
    if (!tables.isEmpty()) {
      workingSets.stage(repository, branch, List.copyOf(tables), caller.another());
    }
  }

  private static boolean same(TableEntry one, TableEntry other) {
    return one != null && other != null && one.contentHash().equals(other.contentHash());
  }
}
