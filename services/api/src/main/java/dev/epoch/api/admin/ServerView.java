package dev.epoch.api.admin;

import dev.epoch.api.commit.UncapturedView;
import dev.epoch.api.kafka.KafkaView;
import java.util.List;
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
          String repository,
      @Schema(
              description =
                  "Read models that do not go on with a repository; the server serves requests all the same. See /admin/projections")
          List<ProjectionsView.Degradation> degraded,
      @Schema(
              description =
                  "Tables whose changes may not have been captured, as half a minute ago; commits of them are refused. See /admin/capture")
          List<UncapturedView> uncaptured,
      @Schema(
              description =
                  "How publishing to Kafka goes; null without it. The server serves requests all the same")
          KafkaView kafka) {}
}
