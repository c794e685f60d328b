package dev.epoch.subscriptions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.testing.PostgresClients;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.subscriptions.EventSubscriptions.Subscription;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Positions of readers, over a real database. */
class EventSubscriptionsIT {
  @Test
  void positionsGoForwardAlone() {
    try (PostgresClients clients =
            PostgresClients.open(List.of(EventLogMigrations.ALL, SubscriptionMigrations.ALL));
        AdministrativeModels models =
            new AdministrativeModels(
                clients.vertx(), clients.pool(), EventSubscriptions.ENTITIES)) {
      EventSubscriptions subscriptions = new EventSubscriptions(models);
      Subscription made = made("billing", 5);

      assertThat(subscriptions.add(made)).isTrue();
      assertThat(subscriptions.add(made("billing", 1))).isFalse();
      assertThat(subscriptions.add(made("audit", 7))).isTrue();
      assertThat(subscriptions.get("shop", "billing")).contains(made);
      assertThat(subscriptions.get("other", "billing")).isEmpty();
      assertThat(subscriptions.list("shop"))
          .extracting(Subscription::name)
          .containsExactly("audit", "billing");

      assertThat(subscriptions.acknowledge("shop", "billing", 9).orElseThrow().position())
          .isEqualTo(9);
      assertThat(subscriptions.acknowledge("shop", "billing", 3).orElseThrow().position())
          .isEqualTo(9);
      assertThat(subscriptions.acknowledge("shop", "none", 3)).isEmpty();

      subscriptions.pass(made, 20);
      assertThat(subscriptions.get("shop", "billing").orElseThrow().position()).isEqualTo(9);
      subscriptions.pass(subscriptions.get("shop", "billing").orElseThrow(), 20);
      assertThat(subscriptions.get("shop", "billing").orElseThrow().position()).isEqualTo(20);

      assertThat(subscriptions.remove("shop", "billing")).isTrue();
      assertThat(subscriptions.remove("shop", "billing")).isFalse();
      assertThat(subscriptions.list("shop")).hasSize(1);
    }
  }

  private static Subscription made(String name, long position) {
    return new Subscription(
        "shop",
        name,
        List.of("branch-committed", "tag-created"),
        List.of(),
        List.of("a,b \"c\"", "user*"),
        position,
        Instant.parse("2026-01-02T03:04:05.123456Z"),
        "jane");
  }
}
