package dev.epoch.api.subscription;

import dev.epoch.api.event.EventPage.EventView;
import dev.epoch.subscriptions.EventSubscriptions.Subscription;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A reader of events whose position the server keeps. */
@Schema(name = "Subscription")
public record SubscriptionView(
    String name,
    @Schema(description = "Empty for all") List<String> types,
    @Schema(description = "Empty for all") List<String> branches,
    @Schema(description = "Empty for all") List<String> tables,
    @Schema(description = "Of the log, up to which all is acknowledged") long position,
    Instant createdAt,
    @Schema(description = "Id of the actor") String createdBy) {

  static SubscriptionView of(Subscription subscription) {
    return new SubscriptionView(
        subscription.name(),
        subscription.types(),
        subscription.branches(),
        subscription.tables(),
        subscription.position(),
        subscription.createdAt(),
        subscription.createdBy());
  }

  /** All subscriptions of a repository, by name. */
  @Schema(name = "Subscriptions")
  public record Listing(List<SubscriptionView> subscriptions) {}

  /** Body of {@code POST /subscriptions}. */
  @Schema(name = "CreateSubscription")
  public record Create(
      @NotNull
          @Pattern(
              regexp = "[A-Za-z0-9][A-Za-z0-9._@-]{0,99}",
              message =
                  "Should be up to 100 letters, digits, dots, underscores, hyphens and @, a letter or digit first")
          @Schema(examples = "warehouse-loader")
          String name,
      @Schema(description = "Wire names of events; all if left out") List<@NotNull String> types,
      @Schema(description = "Patterns of branch names; all if left out")
          List<@NotNull String> branches,
      @Schema(description = "Patterns of table names; all if left out")
          List<@NotNull String> tables,
      @Schema(description = "Position of the first event; the end of the log if left out")
          Long from) {}

  /** Body of {@code POST /subscriptions/{name}/acknowledge}. */
  @Schema(name = "Acknowledge")
  public record Acknowledge(
      @NotNull @Schema(description = "Of the last event that is done") Long position) {}

  /** What is to be done next. */
  @Schema(name = "SubscribedEvents")
  public record Next(
      List<EventView> events,
      @Schema(
              description =
                  "What to acknowledge when all of these are done; null if there are none")
          Long next) {}
}
