package dev.epoch.api.view;

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
        String liveCommit) {

  public static MergeView of(Merged merged) {
    return new MergeView(
        merged.source(),
        merged.target(),
        merged.upToDate(),
        merged.fastForward(),
        !merged.conflicts().isEmpty(),
        merged.conflicts().values().stream().mapToLong(Long::longValue).sum(),
        merged.conflicts().keySet().stream().sorted().toList(),
        merged.result() == null ? null : CommitView.idOf(merged.result()),
        merged.liveCommit());
  }
}
