package dev.epoch.api.webhook;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Bodies of requests about webhooks. */
public final class WebhookRequests {
  private WebhookRequests() {}

  /** Body of {@code POST /webhooks}. */
  @Schema(name = "CreateWebhook")
  public record Create(
      @NotNull
          @Size(min = 1)
          @Schema(
              description =
                  "http or https; internal addresses only if EPOCH_WEBHOOKS_ALLOW names them",
              examples = "https://ci.example.com/hooks/epoch")
          String url,
      @Schema(
              description = "Wire names of events; all if it is empty or left out",
              examples = "[\"commit-created\"]")
          List<@NotNull String> events,
      @Schema(
              description = "Patterns of branch names, * for any characters; all if left out",
              examples = "[\"main\", \"release/*\"]")
          List<@NotNull String> branches,
      @Schema(description = "Patterns of table names; all if left out")
          List<@NotNull String> tables,
      @Schema(description = "For people") String description,
      @Schema(description = "whsec_ and 24 to 64 bytes in base64; a random one if left out")
          String secret,
      @Schema(description = "Whether anything is sent; true if left out") Boolean active) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Create[" + url + "]";
    }
  }

  /** Body of {@code PATCH /webhooks/{id}}: what is left out stays. */
  @Schema(name = "ChangeWebhook")
  public record Change(
      String url,
      List<@NotNull String> events,
      List<@NotNull String> branches,
      List<@NotNull String> tables,
      @Schema(description = "For people; empty for none") String description,
      @Schema(description = "true also takes back that the server stopped sending")
          Boolean active) {}

  /** Body of {@code POST /webhooks/{id}/rotate}. */
  @Schema(name = "RotateWebhookSecret")
  public record Rotate(
      @Schema(description = "whsec_ and 24 to 64 bytes in base64; a random one if left out")
          String secret,
      @Schema(
              description = "Hours for which the old secret signs too, 0 to 168; 24 if left out",
              examples = "24")
          Integer overlapHours) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Rotate";
    }
  }

  /** Body of {@code POST /webhooks/{id}/redeliver}. */
  @Schema(name = "Redeliver")
  public record Redeliver(
      @Schema(description = "Position of the first event; without it, all deliveries that are dead")
          Long from,
      @Schema(description = "Position of the last event; the end of the log if left out")
          Long to) {}
}
