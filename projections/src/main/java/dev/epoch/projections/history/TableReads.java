package dev.epoch.projections.history;

import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** Tables of commits and branches, as {@link HistoryProjector} keeps them; each is one query. */
public final class TableReads {
  private static final String AT =
      """
      SELECT r.table_id, r.name, r.storage, r.schema_name, r.table_name, s.content, t.row_count, true AS committed
      FROM epoch_read.tables_at($1, $2) AS t
        JOIN epoch_read.registrations AS r ON r.repository = $1 AND r.table_id = t.table_id
        JOIN epoch_read.table_schemas AS s ON s.repository = $1 AND s.hash = t.schema_hash
      WHERE NOT r.removed OR (r.kept AND $3)
      """;

  private static final String ON_BRANCH =
      AT
          + """
          UNION ALL
          SELECT r.table_id, r.name, r.storage, r.schema_name, r.table_name, s.content, r.row_count, false
          FROM epoch_read.registrations AS r
            JOIN epoch_read.table_schemas AS s ON s.repository = $1 AND s.hash = r.schema_hash
          WHERE r.repository = $1 AND NOT r.removed
            AND CASE WHEN r.branch_id IS NULL THEN $4 ELSE r.branch_id = $5 END
            AND r.table_id NOT IN (SELECT t.table_id FROM epoch_read.tables_at($1, $2) AS t)
            AND NOT epoch_read.was_committed($1, $2, r.name, r.table_id)
          """;

  private static final String IN_ORDER = "ORDER BY name";

  private static final String REGISTERING =
      """
      SELECT EXISTS (
        SELECT FROM epoch_read.preparations
        WHERE repository = $1 AND registering = $2
      )
      """;

  private final Pool pool;

  public TableReads(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /** The tables that a commit holds and that can be read, by name. */
  public Uni<List<TableRow>> at(String repository, long commit) {
    return tables(AT + IN_ORDER, Tuple.of(repository, commit, true));
  }

  /**
   * The tables that a client of the branch can change, by name: those of its head, and those that
   * were registered since: live tables on the default branch, others on the branch that they were
   * made on.
   */
  public Uni<List<TableRow>> on(String repository, BranchRow branch) {
    return tables(
        ON_BRANCH + IN_ORDER,
        Tuple.of(repository, branch.head(), false, branch.isDefault(), branch.id()));
  }

  /** Whether a table of this name is being registered. */
  public Uni<Boolean> registering(String repository, String table) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(REGISTERING).execute(Tuple.of(repository, HistoryReads.text(table))))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  private Uni<List<TableRow>> tables(String sql, Tuple values) {
    return ModelReads.orUnavailable(pool.preparedQuery(sql).execute(values))
        .map(rows -> StreamSupport.stream(rows.spliterator(), false).map(TableRow::of).toList());
  }
}
