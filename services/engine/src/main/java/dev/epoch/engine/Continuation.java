package dev.epoch.engine;

import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Later steps of a command, with facts that the shell brings back from the backends. Not kept in
 * the log; their events are.
 */
public sealed interface Continuation {

  /** Capture is installed and the baseline read. */
  record CompleteRegistration(
      UUID operation, long rowCount, Digest contentHash, String contentSum, Digest schemaHash)
      implements Continuation {}

  /** The table's objects are gone from its database. */
  record CompleteRemoval(UUID operation) implements Continuation {}

  /**
   * The working sets are committed in their databases.
   *
   * @param entries of tables that really changed, those registered since the last commit too
   * @param schemas of entries, as far as they may be new
   * @param dropped ids of tables that clients have dropped on the branch
   */
  record CompleteCommit(
      UUID operation, List<TableEntry> entries, List<StoredSchema> schemas, List<String> dropped)
      implements Continuation {
    public CompleteCommit(UUID operation, List<TableEntry> entries) {
      this(operation, entries, List.of(), List.of());
    }
  }

  /**
   * The merge is planned: its backends may change.
   *
   * @param operation id of the operation, never used before
   * @param schemas that the plan names and that no record may have yet
   */
  record PrepareMerge(
      UUID operation,
      String branchId,
      String expectedHead,
      OperationPlan.Merge plan,
      List<StoredSchema> schemas)
      implements Continuation {
    /** With schemas that some record has. */
    public PrepareMerge(
        UUID operation, String branchId, String expectedHead, OperationPlan.Merge plan) {
      this(operation, branchId, expectedHead, plan, List.of());
    }
  }

  /** The merge waits for decisions, or for its commit. */
  record OpenMerge(
      String branchId,
      String expectedHead,
      String source,
      String sourceCommit,
      List<String> bases,
      String strategy,
      String message,
      Digest conflictSet,
      Map<String, Long> conflicts,
      String former,
      String liveChanges,
      String verb,
      ConflictSettings rules)
      implements Continuation {}

  /**
   * The rows are merged in their databases.
   *
   * @param live entries of tables whose live changes were committed first; empty if there were none
   * @param entries of tables that the merge's own commit changes; ignored by a fast-forward
   * @param locations by table id: where the branch keeps rows of every table the operation touched
   * @param schemas of entries, as far as they may be new
   */
  record CompleteMerge(
      UUID operation,
      List<TableEntry> live,
      List<TableEntry> entries,
      Map<String, RowsLocation> locations,
      List<StoredSchema> schemas)
      implements Continuation {
    public CompleteMerge(
        UUID operation,
        List<TableEntry> live,
        List<TableEntry> entries,
        Map<String, RowsLocation> locations) {
      this(operation, live, entries, locations, List.of());
    }
  }

  /**
   * All steps of a command are done.
   *
   * @param facts of its answer
   */
  record Complete(Map<String, String> facts) implements Continuation {}

  /** Nothing of the next commit of a replay is left to do. */
  record SkipCommit(String branchId, String commit) implements Continuation {}

  /** The backends hold something that forbids the command; nothing was done. */
  record Refuse(Rejection rejection) implements Continuation {}

  /**
   * What the backends had done of the operation is undone.
   *
   * @param details of the refusal, see {@link Rejection#details}
   */
  record Abort(UUID operation, String code, String message, Map<String, Object> details)
      implements Continuation {
    public Abort(UUID operation, String code, String message) {
      this(operation, code, message, Map.of());
    }
  }

  /**
   * An operation that a stopped process left behind was finished or undone; follows its completion
   * or abort.
   */
  record RecordRecovery(
      UUID operation,
      String outcome,
      Actor originalActor,
      Map<String, String> tables,
      String reason)
      implements Continuation {}
}
