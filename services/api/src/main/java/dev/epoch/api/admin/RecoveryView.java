package dev.epoch.api.admin;

import dev.epoch.events.Actor;
import dev.epoch.projections.history.BranchRow;
import dev.epoch.projections.recoverysidecars.RecoveryReads;
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

    /**
     * @param branches of its repository
     */
    public static Open of(RecoveryReads.Open operation, List<BranchRow> branches) {
      return new Open(
          operation.operationId(),
          operation.repository(),
          operation.kind(),
          branches.stream()
              .filter(branch -> branch.id().equals(operation.branchId()))
              .map(BranchRow::name)
              .findFirst()
              .orElse(null),
          operation.expectedHead(),
          operation.actor(),
          operation.preparedAt());
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
      Instant time) {

    public static Completed of(RecoveryReads.Completed recovery) {
      return new Completed(
          recovery.position(),
          recovery.repository(),
          recovery.operationId(),
          recovery.outcome(),
          recovery.actor(),
          recovery.originalActor(),
          recovery.tables(),
          recovery.reason(),
          recovery.time());
    }
  }
}
