package dev.epoch.webhooks;

import dev.epoch.projections.AdministrativeModels;
import dev.epoch.webhooks.Delivery.State;
import java.util.List;
import java.util.Optional;

/** Deliveries, as people look at them. Methods wait for the database; not for an event loop. */
final class Deliveries {
  private static final String OF_WEBHOOK =
      """
      SELECT d.id, d.webhook, d.message, m.position, m.type, d.branch, d.state, d.attempt,
        d.responseStatus, d.latencyMs, d.error, d.nextAttemptAt, d.createdAt, d.attempts, %s
      FROM StoredDelivery AS d
      JOIN StoredMessage AS m ON m.id = d.message
      WHERE d.webhook = :webhook
      """;

  private static final String LIST =
      OF_WEBHOOK.formatted("CAST(NULL AS String)")
          + "AND d.id < :before AND d.state IN :states ORDER BY d.id DESC";

  private static final String ONE = OF_WEBHOOK.formatted("m.payload") + "AND d.id = :id";

  private final AdministrativeModels models;

  Deliveries(AdministrativeModels models) {
    this.models = models;
  }

  /**
   * Deliveries of a webhook, newest first.
   *
   * @param before id, to begin below; null for the newest
   * @param states null for all
   */
  List<Delivery> list(String webhook, Long before, List<State> states, int limit) {
    return models
        .run(session ->
            session
                .createSelectionQuery(LIST, Delivery.class)
                .setParameter("webhook", webhook)
                .setParameter("before", before == null ? Long.MAX_VALUE : before)
                .setParameter("states", states == null ? List.of(State.values()) : states)
                .setMaxResults(limit)
                .getResultList())
        .await()
        .indefinitely();
  }

  Optional<Delivery> get(String webhook, long id) {
    return models
        .run(session ->
            session
                .createSelectionQuery(ONE, Delivery.class)
                .setParameter("webhook", webhook)
                .setParameter("id", id)
                .getSingleResultOrNull())
        .map(Optional::ofNullable)
        .await()
        .indefinitely();
  }
}
