package dev.epoch.api.commit;

import dev.epoch.api.diff.TableChangeView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.Replay;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.commit.WorkingSetService.TableChange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Uncommitted work of a branch. */
@Schema(name = "Status")
public record StatusView(
    String branch,
    @Schema(description = "Head of the branch, null before the first commit") String commitId,
    boolean clean,
    List<TableChangeView> staged,
    List<TableChangeView> unstaged,
    @Schema(description = "Names of tables that were made on the branch and are not versioned")
        List<String> untracked,
    @Schema(
            description =
                "Views and functions that were made on the branch and that no commit recorded")
        List<String> unrecorded,
    @Schema(
            description =
                "Tables whose changes may not have been captured; commits of them are refused until they are rescanned")
        List<UncapturedView> uncaptured,
    @Schema(description = "The open merge, or null") OpenMerge merge,
    @Schema(description = "Commits that are being replayed, or null") OpenReplay replay) {

  /** A replay that has commits to make, also where it stopped without conflicts. */
  @Schema(name = "OpenReplay")
  public record OpenReplay(
      @Schema(description = "revert, cherry_pick or rebase") String verb,
      @Schema(description = "The commit that comes next; null where a rebase has only to move")
          String next,
      @Schema(description = "Commits to come") int remaining) {

    static OpenReplay of(Replay replay) {
      return replay == null
          ? null
          : new OpenReplay(
              replay.verb(),
              replay.rest().isEmpty() ? null : replay.rest().getFirst(),
              replay.rest().size());
    }
  }

  /** A merge that waits for decisions or for its commit. */
  @Schema(name = "OpenMerge")
  public record OpenMerge(
      String source,
      @Schema(description = "merge, revert, cherry_pick or rebase") String verb,
      @Schema(description = "Conflicts without decision") long conflicts,
      @Schema(description = "Conflicts as they were found, by table") Map<String, Long> tables) {

    static OpenMerge of(MergeState merge) {
      return merge == null
          ? null
          : new OpenMerge(
              merge.source(), merge.verb(), merge.remaining(), new TreeMap<>(merge.conflicts()));
    }
  }

  public static StatusView of(
      RepositoryState state,
      BranchState branch,
      List<TableChange> changes,
      List<String> untracked,
      List<String> unrecorded,
      List<UncapturedView> uncaptured) {
    return new StatusView(
        branch.name(),
        CommitView.idOf(state, branch.head()),
        changes.isEmpty() && branch.merge() == null && uncaptured.isEmpty(),
        changes.stream().filter(TableChange::staged).map(TableChangeView::of).toList(),
        changes.stream().filter(change -> !change.staged()).map(TableChangeView::of).toList(),
        untracked,
        unrecorded,
        uncaptured,
        OpenMerge.of(branch.merge()),
        OpenReplay.of(branch.replay()));
  }
}
