package dev.epoch.api.view;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.event.OperationPlan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Operations in doubt, and those that were settled after a stop. */
@Schema(name = "Recovery")
public record RecoveryView(
    @Schema(description = "Operations that databases may have done or not") List<Open> open,
    @Schema(description = "The audit trail, in the order of the log") List<Completed> recoveries) {

  /** An operation in flight or in doubt. */
  @Schema(name = "OpenOperation")
  public record Open(
      String operationId,
      String repository,
      @Schema(description = "commit, merge, register_table or remove_table") String kind,
      String branch,
      String expectedHead,
      Actor actor,
      Instant preparedAt) {

    public static Open of(RepositoryState state, OperationState operation) {
      BranchState branch = state.branches().byId().get(operation.branchId());
      return new Open(
          operation.id().toString(),
          state.name(),
          kind(operation.plan()),
          branch == null ? null : branch.name(),
          operation.expectedHead(),
          operation.actor(),
          operation.preparedAt());
    }

    private static String kind(OperationPlan plan) {
      return switch (plan) {
        case OperationPlan.Commit commit -> "commit";
        case OperationPlan.Merge merge -> "merge";
        case OperationPlan.RegisterTable register -> "register_table";
        case OperationPlan.RemoveTable remove -> "remove_table";
      };
    }
  }

  /** An operation that recovery finished or undid. */
  @Schema(name = "CompletedRecovery")
  public record Completed(
      long position,
      String repository,
      String operationId,
      @Schema(description = "rolled_forward or rolled_back") String outcome,
      @Schema(description = "Who recovered") Actor actor,
      @Schema(description = "Who had asked for the operation") Actor originalActor,
      @Schema(description = "By table: applied, not_applied or reverted")
          Map<String, String> tables,
      String reason,
      Instant time) {}
}
