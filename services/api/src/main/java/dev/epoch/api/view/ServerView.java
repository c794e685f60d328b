package dev.epoch.api.view;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What the server tells about itself. */
@Schema(name = "Server")
public record ServerView(String name, String version, String apiPrefix, String docs) {

  /** Whether it runs. */
  @Schema(name = "Health")
  public record Health(
      @Schema(examples = "healthy") String status,
      String version,
      @Schema(description = "Whether the metadata database answers") boolean connected) {}

  /** Whether it can serve requests. */
  @Schema(name = "Readiness")
  public record Readiness(
      boolean ready,
      boolean metadataConnected,
      @Schema(description = "The repository that whoever asks works with, or null")
          String repository) {}
}
