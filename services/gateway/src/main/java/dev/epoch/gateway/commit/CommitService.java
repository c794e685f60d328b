package dev.epoch.gateway.commit;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.RecordType;
import dev.epoch.events.command.CommitToBranchV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.gateway.operation.ChangeKind;
import dev.epoch.gateway.operation.OperationRunner;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.storage.PlannedRows;
import java.util.List;

/** Commits. */
public final class CommitService {
  static final String KIND = "commit-to-branch";

  private final WorkingSetService workingSets;
  private final OperationRunner runner;

  public CommitService(WorkingSetService workingSets, OperationRunner runner) {
    this.workingSets = workingSets;
    this.runner = runner;
  }

  /**
   * What to commit.
   *
   * @param branch name
   * @param message of the author
   * @param author of the change
   * @param tables only these, empty for the staged ones, or all if nothing is staged
   * @param all every changed table, whatever is staged
   * @param expectedHead refuse if the branch stands elsewhere, or null
   */
  public record Request(
      String branch,
      String message,
      Actor author,
      List<String> tables,
      boolean all,
      String expectedHead) {}

  /** A commit, and the position in the log from which it can be read. */
  public record Committed(CommitState commit, RepositoryState state, long position) {}

  public Committed commit(LiveRepository repository, Request request, Caller caller) {
    return new BranchTurn(repository, RecordType.COMMIT_TO_BRANCH_V1, caller)
        .on(
            request.branch(),
            CommitService::former,
            (state, branch) -> commitInTurn(repository, state, branch, request, caller));
  }

  /** In the branch's turn. */
  public Committed commitInTurn(
      LiveRepository repository,
      RepositoryState state,
      BranchState branch,
      Request request,
      Caller caller) {
    CommitToBranchV1 command =
        new CommitToBranchV1(
            request.branch(),
            request.message(),
            request.author(),
            request.tables(),
            request.all(),
            request.expectedHead(),
            workingSets.touched(state, branch, request.tables()));
    StepResult prepared = repository.step(command, caller).orRefuse();
    if (prepared.former().isPresent()) {
      return former(prepared);
    }
    StepResult completed =
        runner
            .run(repository, prepared, caller, KIND, ChangeKind.COMMIT, CommitService::noRows)
            .orRefuse();
    String id =
        completed
            .event(CommitCreatedV1.class)
            .map(CommitCreatedV1::commit)
            .orElseGet(() -> completed.state().branches().byId().get(branch.id()).head());
    return new Committed(
        completed.state().commits().byId().get(id), completed.state(), completed.position());
  }

  /** Commits merge nothing. */
  private static PlannedRows noRows(String table) {
    throw new IllegalStateException("a commit merges no rows into " + table);
  }

  /** The answer that the first run gave. */
  private static Committed former(StepResult step) {
    String id = step.formerFacts().get("commit");
    return new Committed(step.state().commits().byId().get(id), step.state(), step.position());
  }
}
