package dev.epoch.api.replay;

import dev.epoch.gateway.branch.ResetService.Moved;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Where a branch stands after a reset. */
@Schema(name = "Reset")
public record ResetView(
    String branch,
    @Schema(description = "Commit that the branch stands at") String head,
    @Schema(description = "Commit that it stood at before") String formerHead,
    @Schema(
            description =
                "Commit, of no branch, that uncommitted changes were put away in; null if there were none")
        String saved) {

  public static ResetView of(String branch, Moved moved) {
    return new ResetView(branch, moved.head().id(), moved.former(), moved.saved());
  }
}
