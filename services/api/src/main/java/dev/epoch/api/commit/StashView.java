package dev.epoch.api.commit;

import dev.epoch.gateway.record.StashService.Stash;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Uncommitted changes that were put away. */
@Schema(name = "Stash")
public record StashView(
    @Schema(description = "0 for the latest of the branch") int number,
    String branch,
    String message,
    @Schema(description = "Commit that holds the changes, of no branch") String commitId,
    @Schema(description = "Names of the tables that it changed") List<String> tables,
    Instant createdAt) {

  /** The stashes of a branch, the latest first. */
  @Schema(name = "StashList")
  public record Listing(List<StashView> stashes) {}

  public static StashView of(String branch, Stash stash) {
    return new StashView(
        stash.number(),
        branch,
        stash.tag().message(),
        stash.commit().id(),
        stash.commit().changed().stream().map(entry -> entry.name()).sorted().toList(),
        stash.tag().createdAt());
  }
}
