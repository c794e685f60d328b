package dev.epoch.projections.conflicts;

import dev.epoch.events.Digest;
import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads what {@link ConflictsProjector} keeps. */
public final class ConflictReads {
  private static final String OPEN =
      """
      SELECT m.conflict_set, m.remaining, d.position, d.table_name, d.record_key, d.field,
        d.constraint_name, d.resolution, d.column_values, d.null_columns, d.delete_row
      FROM epoch_read.open_merges AS m
        LEFT JOIN epoch_read.merge_decisions AS d USING (repository, branch_id)
      WHERE m.repository = $1 AND m.branch_id = $2
      ORDER BY d.position
      """;

  private final Pool pool;

  public ConflictReads(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /**
   * A merge that waits on a branch.
   *
   * @param conflictSet root chunk of its conflicts, or null if it has none
   * @param remaining conflicts without decision
   * @param decisions about them, in the order of the log
   */
  public record OpenMerge(Digest conflictSet, long remaining, List<Decided> decisions) {}

  /**
   * A decision about conflicts; null or empty is every one.
   *
   * @param table or null
   * @param key of a record, or empty
   * @param field or null
   * @param constraint or null
   * @param resolution ours, theirs, base, value
   * @param values for resolution value: canonical text by column, null for columns set to null
   * @param deleteRow for resolution value: the row is to be absent
   */
  public record Decided(
      String table,
      List<String> key,
      String field,
      String constraint,
      String resolution,
      Map<String, String> values,
      boolean deleteRow) {}

  /** The merge that is open on a branch, if one is. */
  public Uni<Optional<OpenMerge>> of(String repository, String branchId) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(OPEN).execute(Tuple.of(repository, branchId)))
        .map(ConflictReads::merge);
  }

  private static Optional<OpenMerge> merge(RowSet<Row> rows) {
    Row merge = null;
    List<Decided> decisions = new ArrayList<>();
    for (Row row : rows) {
      merge = row;
      if (row.getLong("position") != null) {
        decisions.add(decided(row));
      }
    }
    if (merge == null) {
      return Optional.empty();
    }
    String conflictSet = merge.getString("conflict_set");
    return Optional.of(
        new OpenMerge(
            conflictSet == null ? null : new Digest(conflictSet),
            merge.getLong("remaining"),
            decisions));
  }

  private static Decided decided(Row row) {
    Map<String, String> values = new LinkedHashMap<>();
    row.getJsonObject("column_values")
        .forEach(column -> values.put(column.getKey(), (String) column.getValue()));
    for (String column : row.getArrayOfStrings("null_columns")) {
      values.put(column, null);
    }
    return new Decided(
        row.getString("table_name"),
        Arrays.asList(row.getArrayOfStrings("record_key")),
        row.getString("field"),
        row.getString("constraint_name"),
        row.getString("resolution"),
        values,
        row.getBoolean("delete_row"));
  }
}
