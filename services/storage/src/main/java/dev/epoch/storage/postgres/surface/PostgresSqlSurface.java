package dev.epoch.storage.postgres.surface;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.storage.SqlSurface;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.postgres.catalog.SchemaUpgrade;
import dev.epoch.storage.postgres.connection.Connecting;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.LockRetries;
import dev.epoch.storage.postgres.connection.NotificationFeed;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The queue {@code epoch.commands}, and the tables that sessions read; see commands.sql. */
public final class PostgresSqlSurface implements SqlSurface {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHANNEL = "epoch_commands";

  private static final String TAKE =
      """
      UPDATE epoch.commands AS c
      SET leased_until = pg_catalog.clock_timestamp() + $2 * interval '1 millisecond'
      FROM (
        SELECT w.command_id
        FROM epoch.commands AS w
        WHERE w.answer IS NULL AND w.repository = ANY ($1)
          AND (w.leased_until IS NULL OR w.leased_until < pg_catalog.clock_timestamp())
        ORDER BY w.sent_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED
      ) AS free
      WHERE c.command_id = free.command_id
      RETURNING c.command_id, c.repository, c.verb, c.parameters::text AS parameters, c.role_name
      """;

  private static final String RENEW =
      """
      UPDATE epoch.commands
      SET leased_until = pg_catalog.clock_timestamp() + $2 * interval '1 millisecond'
      WHERE command_id = ANY ($1) AND answer IS NULL
      """;

  private static final String ANSWER =
      """
      UPDATE epoch.commands SET answer = $2::text::jsonb, answered_at = pg_catalog.clock_timestamp()
      WHERE command_id = $1 AND answer IS NULL
      """;

  private static final String FORGET =
      """
      DELETE FROM epoch.commands
      WHERE answered_at < pg_catalog.now() - interval '1 day' AND answer IS NOT NULL
      """;

  private static final String PUBLISH =
      "SELECT epoch.publish($1, $2, $3, $4::text::jsonb, $5::text::jsonb, $6::text::jsonb) AS told";

  private final Database database;
  private final LockRetries retries;
  private final SchemaUpgrade upgrade;
  private final Connecting connecting;
  private final PgConnectOptions options;

  /** Whether the queue was there when this process last looked. */
  private volatile boolean queueSeen;

  public PostgresSqlSurface(
      Database database,
      LockRetries retries,
      SchemaUpgrade upgrade,
      Connecting connecting,
      PgConnectOptions options) {
    this.database = database;
    this.retries = retries;
    this.upgrade = upgrade;
    this.connecting = connecting;
    this.options = options;
  }

  @Override
  public AutoCloseable listen(Runnable wake) {
    return NotificationFeed.start(connecting, options, CHANNEL, wake);
  }

  @Override
  public List<Command> take(Collection<String> repositories, Duration lease, int most) {
    if (repositories.isEmpty() || !isReady()) {
      return List.of();
    }
    try {
      return database.write(session ->
          session.list(
              TAKE,
              PostgresSqlSurface::command,
              repositories.toArray(String[]::new),
              lease.toMillis(),
              (long) most));
    } catch (StorageException gone) {
      queueSeen = false;
      throw gone;
    }
  }

  private static Command command(Row row) {
    return new Command(
        row.getUUID("command_id"),
        row.getString("repository"),
        row.getString("verb"),
        object(row.getString("parameters")),
        row.getString("role_name"));
  }

  private static ObjectNode object(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database's JSON is not JSON", e);
    }
  }

  @Override
  public void renew(Collection<UUID> commands, Duration lease) {
    database.writeOnly(
        session -> session.execute(RENEW, commands.toArray(UUID[]::new), lease.toMillis()));
  }

  @Override
  public void answer(UUID command, ObjectNode answer) {
    database.writeOnly(session -> {
      session.execute(ANSWER, command, answer.toString());
      session.execute(FORGET);
    });
  }

  @Override
  public Optional<Published> published(String repository) {
    if (!isReady()) {
      return Optional.empty();
    }
    return database.read(session ->
        session.first(
            "SELECT version, commit_version FROM epoch.published WHERE repository = $1",
            row -> new Published(row.getLong(0), row.getLong(1)),
            repository));
  }

  @Override
  public boolean publish(Publication publication) {
    if (!isReady()) {
      return false;
    }
    return retries.run(
        () -> database.write(retries.setting(), session -> publish(session, publication)));
  }

  private static boolean publish(Session session, Publication publication) {
    ArrayNode conflicts = publication.conflicts();
    return session
        .first(
            PUBLISH,
            row -> row.getBoolean("told"),
            publication.repository(),
            publication.version(),
            publication.before().orElse(null),
            publication.commits().toString(),
            publication.heads().toString(),
            conflicts == null ? null : conflicts.toString())
        .orElseThrow();
  }

  @Override
  public void compared(String repository, List<Comparison> found) {
    if (found.isEmpty() || !isReady()) {
      return;
    }
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (Comparison comparison : found) {
      ObjectNode row = rows.addObject();
      row.put("from_commit", comparison.from());
      row.put("to_commit", comparison.to());
      row.set("changes", comparison.changes());
      comparison.merge().ifPresent(merge -> row.set("merge", merge));
    }
    database.writeOnly(session ->
        session.list(
            "SELECT epoch.put_comparisons($1, $2::text::jsonb)::text",
            row -> row,
            repository,
            rows.toString()));
  }

  @Override
  public Set<String> snapshots(String repository) {
    return isReady()
        ? Set.copyOf(
            database.read(session ->
                session.list(
                    "SELECT DISTINCT commit_id FROM epoch.commit_objects WHERE repository = $1",
                    row -> row.getString(0),
                    repository)))
        : Set.of();
  }

  @Override
  public void snapshot(String repository, String commit, ArrayNode objects) {
    if (isReady()) {
      database.writeOnly(session ->
          session.list(
              "SELECT epoch.put_snapshot($1, $2, $3::text::jsonb)::text",
              row -> row,
              repository,
              commit,
              objects.toString()));
    }
  }

  /** Whether the database has the queue, as this program needs it. */
  private boolean isReady() {
    if (!queueSeen) {
      upgrade.settle();
      queueSeen =
          database.ask(session ->
              session
                  .first(
                      "SELECT pg_catalog.to_regclass('epoch.commands') IS NOT NULL AS there",
                      row -> row.getBoolean("there"))
                  .orElseThrow());
    }
    return queueSeen;
  }
}
