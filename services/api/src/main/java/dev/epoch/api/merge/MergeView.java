package dev.epoch.api.merge;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.commit.CommitView;
import dev.epoch.gateway.merge.MergeService.Merged;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a merge ended, or would end. */
@Schema(name = "Merge")
public record MergeView(
    String sourceBranch,
    String targetBranch,
    @Schema(description = "Whether there was nothing to merge") boolean upToDate,
    boolean isFastForward,
    @Schema(description = "Only a dry run says so: else conflicts are answered with 409")
        boolean hasConflicts,
    long conflictCount,
    List<String> conflictTables,
    @Schema(description = "Head of the target afterwards; null for a dry run and an open merge")
        String resultCommitId,
    @Schema(description = "Commit of live changes that was made before the merge, or null")
        String liveCommit,
    @Schema(description = "Fields and rows that conflict rules settled") long ruledCount,
    @Schema(description = "The first of them") List<RuledField> ruled,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(
            description =
                "Statements that give types of live tables new labels before the merge; a dry run says so")
        List<String> labels,
    @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
            description =
                "The commit that took back what the source had brought before: to revert it brings that again")
        String takenBack) {

  /** What a conflict rule settled. */
  @Schema(name = "RuledField")
  public record RuledField(
      String table,
      @Schema(description = "Key columns and their values") ObjectNode key,
      @Schema(
              description =
                  "Column, followed by a JSON pointer for a part of a document; null for the record, which one side deleted")
          String field,
      @Schema(description = "Name of the rule") String rule,
      @Schema(description = "ours, theirs, base, or value for a new one") String taken,
      JsonNode base,
      JsonNode ours,
      JsonNode theirs,
      @Schema(description = "What the field becomes") JsonNode value) {}

  /**
   * @param ruled what rules settled, as far as shown
   */
  public static MergeView of(Merged merged, List<RuledField> ruled) {
    return of(merged, ruled, null);
  }

  /**
   * @param takenBack id of the commit that took back what the source had brought before, or null
   */
  static MergeView of(Merged merged, List<RuledField> ruled, String takenBack) {
    return new MergeView(
        merged.source(),
        merged.target(),
        merged.upToDate(),
        merged.fastForward(),
        !merged.conflicts().isEmpty(),
        merged.conflicts().values().stream().mapToLong(Long::longValue).sum(),
        merged.conflicts().keySet().stream().sorted().toList(),
        merged.result() == null ? null : CommitView.idOf(merged.result()),
        merged.liveCommit(),
        merged.ruled().total(),
        ruled,
        merged.labels(),
        takenBack);
  }
}
