package dev.epoch.projections.storages;

import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Reads what {@link StoragesProjector} keeps. */
public final class StorageReads {
  private static final String ALL =
      """
      SELECT name, backend, config::text AS config, description, enabled, is_default, created_at
      FROM epoch_read.storages
      WHERE repository = $1
      ORDER BY name
      """;

  private final Pool pool;

  public StorageReads(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /**
   * A storage backend.
   *
   * @param backend postgresql, ...
   * @param config settings that are no secrets, a JSON object
   * @param description or null
   * @param enabled whether it may be used
   * @param isDefault whether tables without storage go here
   */
  public record Storage(
      String name,
      String backend,
      String config,
      String description,
      boolean enabled,
      boolean isDefault,
      Instant createdAt) {}

  /** All storage backends of a repository, by name. */
  public Uni<List<Storage>> all(String repository) {
    return ModelReads.orUnavailable(pool.preparedQuery(ALL).execute(Tuple.of(repository)))
        .map(rows ->
            StreamSupport.stream(rows.spliterator(), false).map(StorageReads::storage).toList());
  }

  private static Storage storage(Row row) {
    return new Storage(
        row.getString("name"),
        row.getString("backend"),
        row.getString("config"),
        row.getString("description"),
        row.getBoolean("enabled"),
        row.getBoolean("is_default"),
        row.getOffsetDateTime("created_at").toInstant());
  }
}
