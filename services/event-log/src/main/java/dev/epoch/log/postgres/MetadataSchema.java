package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings the schema {@code epoch} of the metadata database up to date.
 *
 * <p>All scripts that are due are applied in one transaction, under a lock: processes that start
 * together wait for each other, and a script that fails leaves nothing behind.
 */
public final class MetadataSchema {
  /** The ASCII codes of "epoch". */
  private static final long LOCK = 0x65706f6368L;

  private static final String PREPARE =
      """
      SELECT pg_advisory_xact_lock(%d);
      CREATE SCHEMA IF NOT EXISTS epoch;
      CREATE TABLE IF NOT EXISTS epoch.schema_scripts (
        module text NOT NULL,
        place integer NOT NULL,
        script text NOT NULL,
        digest text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (module, place)
      )
      """
          .formatted(LOCK);

  private static final String APPLIED =
      """
      SELECT script, digest
      FROM epoch.schema_scripts
      WHERE module = $1
      ORDER BY place
      """;

  private static final String RECORD =
      """
      INSERT INTO epoch.schema_scripts (module, place, script, digest)
      VALUES ($1, $2, $3, $4)
      """;

  private final Pool pool;

  public MetadataSchema(Pool pool) {
    this.pool = pool;
  }

  /**
   * Applies what is due, module by module.
   *
   * @return fails with {@link SchemaMismatchException} if the database holds scripts that this
   *     program does not know, or not as they were applied; then nothing was changed
   */
  public Uni<Void> apply(List<Migrations> modules) {
    return pool.withTransaction(connection -> {
      Uni<Void> all = connection.query(PREPARE).execute().replaceWithVoid();
      for (Migrations module : modules) {
        all = all.chain(() -> apply(module, connection));
      }
      return all;
    });
  }

  private Uni<Void> apply(Migrations module, SqlConnection connection) {
    return connection
        .preparedQuery(APPLIED)
        .execute(Tuple.of(module.module()))
        .chain(rows -> {
          Uni<Void> all = Uni.createFrom().voidItem();
          for (int place = due(module, applied(rows)); place < module.scripts().size(); place++) {
            int next = place;
            all = all.chain(() -> apply(module, next, connection));
          }
          return all;
        });
  }

  private static Map<String, String> applied(RowSet<Row> rows) {
    Map<String, String> digests = new LinkedHashMap<>();
    rows.forEach(row -> digests.put(row.getString("script"), row.getString("digest")));
    return digests;
  }

  /** The place of the first script to apply, after a look at those that were. */
  private static int due(Migrations module, Map<String, String> applied) {
    List<String> names = List.copyOf(applied.keySet());
    if (names.size() > module.scripts().size()
        || !names.equals(module.scripts().subList(0, names.size()))) {
      throw new SchemaMismatchException(
          "The metadata database was set up with scripts "
              + names
              + " of module "
              + module.module()
              + ", this program knows "
              + module.scripts()
              + "; a newer Epoch wrote it: run that one");
    }
    for (String name : names) {
      if (!digest(module.text(name)).equals(applied.get(name))) {
        throw new SchemaMismatchException(
            "Script "
                + name
                + " of module "
                + module.module()
                + " is not the one that was applied; add a new script instead of changing it");
      }
    }
    return names.size();
  }

  private static Uni<Void> apply(Migrations module, int place, SqlConnection connection) {
    String script = module.scripts().get(place);
    String text = module.text(script);
    return connection
        .query(text)
        .execute()
        .chain(() ->
            connection
                .preparedQuery(RECORD)
                .execute(Tuple.of(module.module(), place, script, digest(text))))
        .replaceWithVoid();
  }

  private static String digest(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
