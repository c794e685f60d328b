package dev.epoch.api.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.webhooks.Delivery;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A delivery: an event to one webhook. */
@Schema(name = "WebhookDelivery")
public record DeliveryView(
    String id,
    @Schema(description = "Also the webhook-id of every attempt") String eventId,
    @Schema(description = "Null for a test") Long eventPosition,
    @Schema(examples = "commit-created") String type,
    String branch,
    @Schema(description = "Number of the last attempt, 0 if there was none") int attempt,
    @Schema(description = "Of the last attempt: delivered, or why it failed; null before the first")
        String status,
    Integer responseStatus,
    @Schema(description = "Milliseconds of the last attempt until its status came or it failed")
        Integer latencyMs,
    Instant nextAttemptAt,
    @Schema(description = "pending, delivered, failed (tried again) or dead (not tried any more)")
        String state,
    Instant createdAt,
    List<Attempt> attempts,
    @Schema(description = "Only where one delivery is asked for")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        Request request) {

  /** One attempt. */
  @Schema(name = "WebhookAttempt")
  public record Attempt(Instant at, Integer responseStatus, int latencyMs, String error) {}

  /** What is sent, but for what differs from attempt to attempt. */
  @Schema(name = "WebhookRequest")
  public record Request(String url, Map<String, String> headers, String body) {}

  static DeliveryView of(Delivery delivery) {
    return of(delivery, null);
  }

  static DeliveryView of(Delivery delivery, Request request) {
    return new DeliveryView(
        Long.toString(delivery.id()),
        delivery.eventId().toString(),
        delivery.position(),
        delivery.type(),
        delivery.branch().isEmpty() ? null : delivery.branch(),
        delivery.attempt(),
        delivery.error() != null
            ? delivery.error()
            : delivery.state() == Delivery.State.DELIVERED ? "delivered" : null,
        delivery.responseStatus(),
        delivery.latencyMs(),
        delivery.nextAttemptAt(),
        delivery.state().name().toLowerCase(Locale.ROOT),
        delivery.createdAt(),
        delivery.attempts().stream()
            .map(one -> new Attempt(one.at(), one.status(), one.latencyMs(), one.error()))
            .toList(),
        request);
  }

  /** Deliveries of a webhook, newest first. */
  @Schema(name = "WebhookDeliveries")
  public record Page(
      List<DeliveryView> deliveries,
      @Schema(description = "For ?after= of the next page; null on the last one") String next) {}
}
