package dev.epoch.api.mergerequest;

import dev.epoch.events.Actor;
import dev.epoch.gateway.merge.MergeRequests;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A merge that waits until it is allowed. */
@Schema(name = "MergeRequest")
public record MergeRequestView(
    String target,
    String source,
    @Schema(description = "The commit that is merged; a source that moves on is asked for anew")
        String commitId,
    String message,
    @Schema(description = "Whose merge it is") Actor actor,
    Instant createdAt,
    @Schema(description = "Why it waits as things are") String waitsFor) {

  static MergeRequestView of(MergeRequests.Waiting waiting) {
    return new MergeRequestView(
        waiting.target(),
        waiting.source(),
        waiting.request().commit(),
        waiting.request().message(),
        waiting.request().actor(),
        waiting.request().time(),
        waiting.waitsFor());
  }

  /** All that wait. */
  @Schema(name = "MergeRequests")
  public record Listing(List<MergeRequestView> requests) {}

  /** What was asked for. */
  @Schema(name = "MergeRequested")
  public record Requested(
      @Schema(description = "requested; look at the target for what became of it") String status,
      String target,
      String source,
      String commitId,
      @Schema(description = "Why it waits as things are; null if it does not any more")
          String waitsFor) {}
}
