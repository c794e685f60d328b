package dev.epoch.webhooks.secret;

import dev.epoch.events.Actor;
import dev.epoch.gateway.storage.SealedSecrets;
import dev.epoch.projections.ModelReads;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** The sealed secrets of webhooks, or of hooks. Methods wait for the database. */
public final class StoredSecrets implements SealedSecrets {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Pool pool;
  private final String kind;
  private final String select;
  private final String update;

  private StoredSecrets(Pool pool, String kind, String select, String update) {
    this.pool = pool;
    this.kind = kind;
    this.select = select;
    this.update = update;
  }

  public static SealedSecrets ofWebhooks(Pool pool) {
    return new StoredSecrets(
        pool,
        "webhooks",
        "SELECT 'webhook ' || id || ' of ' || repository AS owner, sealed_secrets"
            + " FROM epoch.webhooks ORDER BY repository, id",
        "UPDATE epoch.webhooks SET sealed_secrets = $2 WHERE sealed_secrets = $1");
  }

  public static SealedSecrets ofHooks(Pool pool) {
    return new StoredSecrets(
        pool,
        "hooks",
        "SELECT 'hook ' || name || ' of ' || repository AS owner, sealed_secrets"
            + " FROM epoch.hooks ORDER BY repository, name",
        "UPDATE epoch.hooks SET sealed_secrets = $2 WHERE sealed_secrets = $1");
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public List<Sealed> all() {
    return StreamSupport.stream(run(select, Tuple.tuple()).spliterator(), false)
        .map(row -> new Sealed(row.getString("owner"), row.getString("sealed_secrets")))
        .toList();
  }

  /** A sealed text is random, and so of one row; one that was changed meanwhile is not found. */
  @Override
  public int reseal(Function<String, Optional<String>> reseal, Actor actor) {
    int replaced = 0;
    for (Sealed secret : all()) {
      Optional<String> sealed = reseal.apply(secret.text());
      if (sealed.isPresent()) {
        replaced += run(update, Tuple.of(secret.text(), sealed.get())).rowCount();
      }
    }
    return replaced;
  }

  private RowSet<Row> run(String sql, Tuple values) {
    return ModelReads.orUnavailable(pool.preparedQuery(sql).execute(values))
        .await()
        .atMost(LONGEST);
  }
}
