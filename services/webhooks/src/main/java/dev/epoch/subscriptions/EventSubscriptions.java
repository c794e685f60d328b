package dev.epoch.subscriptions;

import dev.epoch.projections.ModelReads;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Readers of events whose positions the server keeps. Methods wait for the database: call them on
 * virtual threads.
 */
public final class EventSubscriptions {
  private static final String COLUMNS =
      "repository, name, types, branches, tables, position, created_at, created_by";

  private static final String LIST =
      "SELECT " + COLUMNS + " FROM epoch.subscriptions WHERE repository = $1 ORDER BY name";

  private static final String ONE =
      "SELECT " + COLUMNS + " FROM epoch.subscriptions WHERE repository = $1 AND name = $2";

  private static final String ADD =
      """
      INSERT INTO epoch.subscriptions (
        repository, name, types, branches, tables, position, created_at, created_by)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT DO NOTHING
      """;

  /** Never back: what was acknowledged stays so. */
  private static final String ACKNOWLEDGE =
      """
      UPDATE epoch.subscriptions
      SET position = greatest(position, $3)
      WHERE repository = $1 AND name = $2
      RETURNING
      """
          + COLUMNS;

  /** Only from where it was read: somebody may have made it anew. */
  private static final String PASS =
      """
      UPDATE epoch.subscriptions
      SET position = $4
      WHERE repository = $1 AND name = $2 AND position = $3 AND $4 > $3
      """;

  private final Pool pool;

  public EventSubscriptions(Pool pool) {
    this.pool = pool;
  }

  /**
   * A reader.
   *
   * @param types wire names; empty for all
   * @param branches patterns; empty for all
   * @param tables patterns; empty for all
   * @param position of the log up to which all is acknowledged
   */
  public record Subscription(
      String repository,
      String name,
      List<String> types,
      List<String> branches,
      List<String> tables,
      long position,
      Instant createdAt,
      String createdBy) {
    public Subscription {
      Objects.requireNonNull(repository, "repository");
      Objects.requireNonNull(name, "name");
      types = List.copyOf(types);
      branches = List.copyOf(branches);
      tables = List.copyOf(tables);
    }
  }

  /** Those of a repository, by name. */
  public List<Subscription> list(String repository) {
    return rows(run(LIST, repository));
  }

  public Optional<Subscription> get(String repository, String name) {
    return rows(run(ONE, repository, name)).stream().findFirst();
  }

  /** Whether there was none of this name. */
  public boolean add(Subscription added) {
    return run(
                ADD,
                added.repository(),
                added.name(),
                added.types().toArray(String[]::new),
                added.branches().toArray(String[]::new),
                added.tables().toArray(String[]::new),
                added.position(),
                added.createdAt().atOffset(ZoneOffset.UTC),
                added.createdBy())
            .rowCount()
        > 0;
  }

  /** All up to the position is done; the subscription as it is then, empty if there is none. */
  public Optional<Subscription> acknowledge(String repository, String name, long position) {
    return rows(run(ACKNOWLEDGE, repository, name, position)).stream().findFirst();
  }

  /** Nothing between the two positions is for the subscription. */
  public void pass(Subscription read, long to) {
    run(PASS, read.repository(), read.name(), read.position(), to);
  }

  /** Whether there was one. */
  public boolean remove(String repository, String name) {
    return run(
                "DELETE FROM epoch.subscriptions WHERE repository = $1 AND name = $2",
                repository,
                name)
            .rowCount()
        > 0;
  }

  private RowSet<Row> run(String sql, Object... values) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(sql).execute(Tuple.from(Arrays.asList(values))))
        .await()
        .indefinitely();
  }

  private static List<Subscription> rows(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row ->
            new Subscription(
                row.getString("repository"),
                row.getString("name"),
                List.of(row.getArrayOfStrings("types")),
                List.of(row.getArrayOfStrings("branches")),
                List.of(row.getArrayOfStrings("tables")),
                row.getLong("position"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getString("created_by")))
        .toList();
  }
}
