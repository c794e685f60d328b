package dev.epoch.projections.conflicts;

import dev.epoch.projections.ModelReads;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads what {@link LearntProjector} keeps. */
public final class LearntReads {
  private static final String KNOWN =
      """
      SELECT mark, position, resolution, column_values, null_columns, delete_row
      FROM epoch_read.learnt_resolutions
      WHERE repository = $1 AND mark = ANY($2)
      """;

  private static final String COUNT =
      "SELECT count(*) FROM epoch_read.learnt_resolutions WHERE " + LearntProjector.FORGOTTEN;

  private final Pool pool;

  public LearntReads(Pool pool) {
    this.pool = Objects.requireNonNull(pool, "pool");
  }

  /**
   * How a conflict was decided.
   *
   * @param position of the decision in the log
   * @param resolution ours, theirs, base, value
   * @param values for resolution value: canonical text by column, null for columns set to null
   * @param deleteRow for resolution value: the row is to be absent
   */
  public record Learnt(
      long position, String resolution, Map<String, String> values, boolean deleteRow) {}

  /** What is known, by mark. */
  public Uni<Map<String, Learnt>> of(String repository, Collection<String> marks) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(KNOWN).execute(Tuple.of(repository, marks.toArray(String[]::new))))
        .map(rows -> {
          Map<String, Learnt> known = new HashMap<>();
          rows.forEach(row -> known.put(row.getString("mark"), learnt(row)));
          return known;
        });
  }

  /** How many decisions are known; null and empty select all. */
  public Uni<Long> count(
      String repository, String table, List<String> key, String field, String constraint) {
    return ModelReads.orUnavailable(
            pool.preparedQuery(COUNT)
                .execute(
                    Tuple.from(
                        Arrays.asList(
                            repository, table, key.toArray(String[]::new), field, constraint))))
        .map(rows -> rows.iterator().next().getLong(0));
  }

  private static Learnt learnt(Row row) {
    Map<String, String> values = new LinkedHashMap<>();
    row.getJsonObject("column_values")
        .forEach(column -> values.put(column.getKey(), (String) column.getValue()));
    for (String column : row.getArrayOfStrings("null_columns")) {
      values.put(column, null);
    }
    return new Learnt(
        row.getLong("position"), row.getString("resolution"), values, row.getBoolean("delete_row"));
  }
}
