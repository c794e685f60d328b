package dev.epoch.webhooks;

import dev.epoch.log.EventLog;
import dev.epoch.projections.AdministrativeModels;
import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.LockMode;
import org.hibernate.reactive.mutiny.Mutiny.MutationQuery;
import org.hibernate.reactive.mutiny.Mutiny.SelectionQuery;

/**
 * The table of subscriptions. What the sender and the projector ask each second, or for each event,
 * goes past the entities. Methods wait for the database; not for an event loop.
 */
final class StoredWebhooks {
  private static final String ONE =
      "FROM StoredWebhook AS w WHERE w.webhook.repository = :repository AND w.id = :id";

  private static final String OF_REPOSITORY =
      """
      FROM StoredWebhook AS w
      WHERE w.webhook.repository = :repository
      ORDER BY w.webhook.createdAt, w.id
      """;

  private static final String BY_REQUEST =
      """
      FROM StoredWebhook AS w
      WHERE w.webhook.repository = :repository AND w.requestKey = :key
      """;

  private static final String ROTATE =
      """
      UPDATE StoredWebhook AS w
      SET w.sealedSecrets = :sealed, w.webhook.oldSecretUntil = :until, w.rotationKey = :key
      WHERE w.id = :id AND w.sealedSecrets = :before
      """;

  private static final String DISABLE =
      """
      UPDATE StoredWebhook AS w
      SET w.webhook.active = false, w.webhook.disabledReason = :reason
      WHERE w.webhook.active AND
      """;

  private static final String FAILS =
      """
      UPDATE StoredWebhook AS w
      SET w.webhook.failingSince = :now
      WHERE w.id = :id AND w.webhook.failingSince IS NULL
      """;

  private final AdministrativeModels models;
  private final Pool pool;
  private final EventLog log;

  StoredWebhooks(AdministrativeModels models, Pool pool, EventLog log) {
    this.models = models;
    this.pool = pool;
    this.log = log;
  }

  List<StoredWebhook> ofRepository(String repository) {
    return list(OF_REPOSITORY, Map.of("repository", repository));
  }

  Optional<StoredWebhook> get(String repository, String id) {
    return list(ONE, Map.of("repository", repository, "id", id)).stream().findFirst();
  }

  Optional<StoredWebhook> byRequest(String repository, String key) {
    return list(BY_REQUEST, Map.of("repository", repository, "key", key)).stream().findFirst();
  }

  /** Those that are active now; read only if they are not the known ones. */
  ActiveWebhooks active(ActiveWebhooks known) {
    // in this order: what changes in between is looked at with events of later
    long upTo = end();
    long version = ask("SELECT version FROM epoch.webhooks_version").getLong("version");
    return version == known.version()
        ? known.goodUpTo(upTo)
        : new ActiveWebhooks(
            upTo, version, list("FROM StoredWebhook AS w WHERE w.webhook.active", Map.of()));
  }

  private long end() {
    return answer(ModelReads.orUnavailable(log.end()));
  }

  /** Whether there is anybody to send to. */
  boolean anyActive() {
    return ask("SELECT EXISTS (SELECT FROM epoch.webhooks WHERE active) AS wanted")
        .getBoolean("wanted");
  }

  private Row ask(String sql) {
    return answer(ModelReads.orUnavailable(pool.preparedQuery(sql).execute())).iterator().next();
  }

  /** Whether there was room for it, and no other one of the same request. */
  boolean insert(Webhook webhook, String sealedSecrets, String requestKey, int most) {
    long there =
        answer(
            models.run(session ->
                session
                    .createSelectionQuery(
                        "SELECT count(*) FROM StoredWebhook AS w WHERE w.webhook.repository = :repository",
                        Long.class)
                    .setParameter("repository", webhook.repository())
                    .getSingleResult()));
    return there < most
        && answer(models.insert(new StoredWebhook(webhook, sealedSecrets, end(), requestKey)));
  }

  /** What it is then; empty if there is none. */
  Optional<Webhook> update(String repository, String id, Webhooks.Wanted wanted) {
    return answer(
        models.transact(session ->
            session
                .find(StoredWebhook.class, id, LockMode.PESSIMISTIC_WRITE)
                .map(stored ->
                    Optional.ofNullable(stored)
                        .filter(there -> there.webhook().repository().equals(repository))
                        .map(there -> there.change(wanted)))));
  }

  /** Whether the secrets were still those that were read. */
  boolean rotate(StoredWebhook before, String sealedSecrets, Instant oldUntil, String rotationKey) {
    return answer(
            models.run(session ->
                session
                    .createMutationQuery(ROTATE)
                    .setParameter("id", before.webhook().id())
                    .setParameter("before", before.sealedSecrets())
                    .setParameter("sealed", sealedSecrets)
                    .setParameter("until", oldUntil)
                    .setParameter("key", rotationKey)
                    .executeUpdate()))
        > 0;
  }

  boolean delete(String repository, String id) {
    return change("DELETE " + ONE, Map.of("repository", repository, "id", id)) > 0;
  }

  /** Stops sending; whether it was active. */
  boolean disable(String id, String reason) {
    return change(DISABLE + "w.id = :id", Map.of("id", id, "reason", reason)) > 0;
  }

  /** Stops sending to those of the repository that were created before the position. */
  void disableAll(String repository, String reason, long position) {
    change(
        DISABLE + "w.webhook.repository = :repository AND w.afterPosition < :position",
        Map.of("repository", repository, "reason", reason, "position", position));
  }

  /** An attempt worked. */
  void works(String id) {
    change(
        "UPDATE StoredWebhook AS w SET w.webhook.failingSince = NULL WHERE w.id = :id",
        Map.of("id", id));
  }

  /** An attempt failed; since when all do. */
  Instant fails(String id, Instant now) {
    change(FAILS, Map.of("id", id, "now", now));
    return list("FROM StoredWebhook AS w WHERE w.id = :id", Map.of("id", id)).stream()
        .findFirst()
        .map(stored -> stored.webhook().failingSince())
        .orElse(now);
  }

  private List<StoredWebhook> list(String query, Map<String, Object> values) {
    return answer(
        models.run(session -> {
          SelectionQuery<StoredWebhook> selection =
              session.createSelectionQuery(query, StoredWebhook.class);
          values.forEach(selection::setParameter);
          return selection.getResultList();
        }));
  }

  private int change(String statement, Map<String, Object> values) {
    return answer(
        models.run(session -> {
          MutationQuery mutation = session.createMutationQuery(statement);
          values.forEach(mutation::setParameter);
          return mutation.executeUpdate();
        }));
  }

  private static <T> T answer(Uni<T> question) {
    return question.await().indefinitely();
  }
}
