package dev.epoch.api.webhook;

import dev.epoch.webhooks.Webhook;
import dev.epoch.webhooks.Webhooks;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A webhook, without its secret. */
@Schema(name = "Webhook")
public record WebhookView(
    String id,
    String url,
    @Schema(description = "Empty for all") List<String> events,
    @Schema(description = "Empty for all") List<String> branches,
    @Schema(description = "Empty for all") List<String> tables,
    String description,
    boolean active,
    @Schema(description = "Why the server stopped sending, or null") String disabledReason,
    @Schema(description = "First attempt that failed since the last one that worked, or null")
        Instant failingSince,
    @Schema(description = "Until then the former secret signs too, or null") Instant oldSecretUntil,
    Instant createdAt,
    @Schema(description = "Id of the actor") String createdBy) {

  static WebhookView of(Webhook webhook) {
    return new WebhookView(
        webhook.id(),
        webhook.url(),
        webhook.events(),
        webhook.branches(),
        webhook.tables(),
        webhook.description(),
        webhook.active(),
        webhook.disabledReason(),
        webhook.failingSince(),
        webhook.oldSecretUntil(),
        webhook.createdAt(),
        webhook.createdBy());
  }

  /** All webhooks of a repository, oldest first. */
  @Schema(name = "Webhooks")
  public record Listing(List<WebhookView> webhooks) {}

  /** A webhook with its secret. */
  @Schema(name = "WebhookWithSecret")
  public record WithSecret(
      String id,
      String url,
      List<String> events,
      List<String> branches,
      List<String> tables,
      String description,
      boolean active,
      @Schema(description = "What the receiver verifies signatures with; told only here")
          String secret,
      @Schema(description = "Until then the former secret signs too, or null")
          Instant oldSecretUntil) {

    static WithSecret of(Webhooks.WithSecret made) {
      Webhook webhook = made.webhook();
      return new WithSecret(
          webhook.id(),
          webhook.url(),
          webhook.events(),
          webhook.branches(),
          webhook.tables(),
          webhook.description(),
          webhook.active(),
          made.secret(),
          webhook.oldSecretUntil());
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "WithSecret[" + id + "]";
    }
  }

  /** How many deliveries are sent again. */
  @Schema(name = "Redelivered")
  public record Redelivered(long count) {}
}
