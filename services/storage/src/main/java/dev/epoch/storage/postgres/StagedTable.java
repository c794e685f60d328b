package dev.epoch.storage.postgres;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows to be written to a table, in a temporary table of the transaction: the table's columns, and
 *
 * <pre>
 *   epoch_kind     0 = the row is to be absent (only its key is filled), 1 = it is to be like this
 *   epoch_changed  for each column in order whether it differs from the row that is there,
 *                  1 or 0; null if none is there; filled by {@link LiveWriter}
 *   epoch_rewrite  the row has to be deleted and inserted, since another holds a unique value of it
 *   epoch_round    updates are made in this order, since rows take unique values from others
 * </pre>
 */
final class StagedTable {
  private static final int BATCH = 5_000;

  private final TableColumns columns;
  private final LiveRelations live;
  private final String name;

  StagedTable(String tableId, TableColumns columns, LiveRelations live) {
    this.columns = columns;
    this.live = live;
    this.name = Quote.qualified("pg_temp", "epoch_staged_" + tableId);
  }

  /** Quoted name with schema. */
  String name() {
    return name;
  }

  TableColumns columns() {
    return columns;
  }

  /** Makes the table, which is dropped with the transaction. */
  void create(Session session) {
    session.run(
        """
              CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
              SELECT 0::smallint AS epoch_kind, NULL::text AS epoch_changed, FALSE AS epoch_rewrite,
        0::smallint AS epoch_round, %2$s
              FROM %3$s x WITH NO DATA;
              ALTER TABLE %1$s ALTER epoch_rewrite SET DEFAULT FALSE, ALTER epoch_round SET DEFAULT 0, ADD PRIMARY KEY (%4$s)\
        """
            .formatted(
                name,
                TableColumns.each(
                    columns.all(), c -> columns.undomained(c, "x." + c) + " AS " + c, ", "),
                live.rows(),
                columns.keyList()));
  }

  /** Fills it from a stream, which is closed; the number of rows. */
  long load(Session session, RowStream<RowChange> changes) {
    long count = 0;
    try (changes) {
      List<RowChange> batch = new ArrayList<>(BATCH);
      while (changes.hasNext()) {
        batch.add(changes.next());
        if (batch.size() == BATCH) {
          count += insert(session, batch);
          batch.clear();
        }
      }
      if (!batch.isEmpty()) {
        count += insert(session, batch);
      }
    }
    session.run("ANALYZE " + name);
    return count;
  }

  private int insert(Session session, List<RowChange> batch) {
    Short[] kinds = new Short[batch.size()];
    String[][] values = new String[columns.all().size()][batch.size()];
    int[] key = columns.schema().keyIndexes();
    for (int i = 0; i < batch.size(); i++) {
      RowChange change = batch.get(i);
      Row after = change.after();
      kinds[i] = (short) (after == null ? 0 : 1);
      for (int column = 0; after != null && column < values.length; column++) {
        values[column][i] = after.get(column);
      }
      for (int column = 0; after == null && column < key.length; column++) {
        values[key[column]][i] = change.key().get(column);
      }
    }
    SqlParameters parameters = new SqlParameters();
    List<String> arrays = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> casts = new ArrayList<>();
    arrays.add(parameters.add(kinds) + "::smallint[]");
    for (int column = 0; column < values.length; column++) {
      String name = columns.all().get(column);
      if (!columns.column(name).generated()) {
        arrays.add(parameters.add(values[column]) + "::text[]");
        names.add("c" + column);
        casts.add("u.c" + column + "::" + columns.undomainedType(name) + " AS " + name);
      }
    }
    // generated columns are computed anew: a merged row is made of fields of both sides
    String sql =
        """
        INSERT INTO %s (epoch_kind, %s)
        SELECT x.epoch_kind, %s
        FROM (
          SELECT u.epoch_kind, %s
          FROM unnest(%s) u (epoch_kind, %s)
        ) x\
        """
            .formatted(
                name,
                columns.allList(),
                TableColumns.each(
                    columns.all(),
                    c ->
                        columns.column(c).generated()
                            ? "CASE WHEN x.epoch_kind = 1 THEN ("
                                + columns.column(c).generatedExpression()
                                + ") END"
                            : "x." + c,
                    ", "),
                String.join(", ", casts),
                String.join(", ", arrays),
                String.join(", ", names));
    return session.execute(sql, parameters.toArray());
  }

  /** A condition: no staged row has the key of this alias. */
  String absent(String alias) {
    return "NOT EXISTS (SELECT FROM %s staged WHERE %s)"
        .formatted(name, columns.sameKey("staged", alias));
  }
}
