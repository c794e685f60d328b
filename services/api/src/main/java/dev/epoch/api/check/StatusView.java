package dev.epoch.api.check;

import dev.epoch.projections.statuses.Statuses;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What somebody said about a commit. */
@Schema(name = "CommitStatus")
public record StatusView(
    long position,
    String commitId,
    String context,
    String state,
    @Schema(description = "Null without one") String description,
    @Schema(description = "Null without one") String targetUrl,
    String actor,
    String actorName,
    Instant createdAt) {

  static StatusView of(Statuses.Status status) {
    return new StatusView(
        status.position(),
        status.commit(),
        status.context(),
        status.state(),
        status.description(),
        status.targetUrl(),
        status.actorId(),
        status.actorName(),
        status.time());
  }

  /** Those of a commit, the latest first. */
  @Schema(name = "CommitStatuses")
  public record Listing(
      String commitId,
      @Schema(
              description =
                  "failure if a context says so, else pending if one does or none says anything, else success")
          String state,
      List<StatusView> statuses) {

    static Listing of(String commit, List<Statuses.Status> latest, List<Statuses.Status> shown) {
      List<String> states = latest.stream().map(Statuses.Status::state).toList();
      String state =
          states.contains("failure")
              ? "failure"
              : states.isEmpty() || states.contains("pending") ? "pending" : "success";
      return new Listing(commit, state, shown.stream().map(StatusView::of).toList());
    }
  }
}
