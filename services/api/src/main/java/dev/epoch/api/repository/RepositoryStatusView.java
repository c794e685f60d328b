package dev.epoch.api.repository;

import dev.epoch.api.commit.StatusView;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a repository is, in numbers of tables. */
@Schema(name = "RepositoryStatus")
public record RepositoryStatusView(
    String branch,
    String commitId,
    @Schema(description = "Always false: work happens on branches") boolean isDetached,
    boolean isClean,
    int stagedCount,
    int unstagedCount,
    boolean mergeInProgress) {

  public static RepositoryStatusView of(StatusView status) {
    return new RepositoryStatusView(
        status.branch(),
        status.commitId(),
        false,
        status.clean(),
        status.staged().size(),
        status.unstaged().size(),
        status.merge() != null);
  }
}
