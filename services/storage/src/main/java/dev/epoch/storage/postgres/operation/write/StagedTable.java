package dev.epoch.storage.postgres.operation.write;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.RowMapping;
import dev.epoch.storage.postgres.state.SqlParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows to be written to a table, in a temporary table of the transaction: the table's columns, and
 *
 * <pre>
 *   epoch_kind     0 = the row is to be absent (only its key is filled), 1 = it is to be like this,
 *                  2 = it stays (only its key is filled); those go before rows are written
 *   epoch_changed  for each column in order whether it differs from the row that is there,
 *                  1 or 0; null if none is there; filled by {@link LiveWriter}
 *   epoch_rewrite  the row has to be deleted and inserted, since another holds a unique value of it
 *   epoch_round    updates are made in this order, since rows take unique values from others
 * </pre>
 */
public final class StagedTable {
  private static final int BATCH = 5_000;
  private static final short KEPT = 2;
  private static final long FEW = 2_000;

  private final TableColumns columns;
  private final LiveRelations live;
  private final String name;
  private boolean compares;
  private long loaded;

  private StagedTable(TableColumns columns, LiveRelations live, String name) {
    this.columns = columns;
    this.live = live;
    this.name = name;
  }

  public StagedTable(String tableId, TableColumns columns, LiveRelations live) {
    this(columns, live, Quote.qualified("pg_temp", "epoch_staged_" + tableId));
  }

  /** Quoted name with schema. */
  public String name() {
    return name;
  }

  public TableColumns columns() {
    return columns;
  }

  /** Makes the table, which is dropped with the transaction. */
  public void create(Session session) {
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

  /**
   * From now on rows are compared with the live table's when they come: whoever changes these later
   * is seen by {@link #reconcile}. Only where their keys have an index.
   */
  public void compareAtOnce() {
    compares =
        columns.schema().constraints().stream()
            .anyMatch(constraint ->
                constraint.kind() == Constraint.Kind.PRIMARY_KEY
                    && Set.copyOf(constraint.columns())
                        .equals(Set.copyOf(columns.schema().primaryKey())));
  }

  /** Whether so many rows were loaded that they are joined and not looked up one by one. */
  public boolean isLarge() {
    return loaded > FEW;
  }

  /** Whether what changes of each row is known. */
  boolean isCompared() {
    return compares;
  }

  /** Makes it for columns that no table has yet, with types that the database has. */
  public void createTyped(Session session) {
    session.run(
        """
        CREATE TEMPORARY TABLE %s (
          epoch_kind smallint, epoch_changed text, epoch_rewrite boolean DEFAULT FALSE,
          epoch_round smallint DEFAULT 0, %s, PRIMARY KEY (%s)
        ) ON COMMIT DROP\
        """
            .formatted(
                name,
                TableColumns.each(columns.all(), c -> c + " " + columns.undomainedType(c), ", "),
                columns.keyList()));
  }

  /**
   * Gives columns the types that the database did not have before, and answers the table with them.
   *
   * @param later columns of the same names
   */
  public StagedTable retyped(Session session, TableColumns later) {
    List<String> changes =
        columns.all().stream()
            .filter(c -> !columns.undomainedType(c).equals(later.undomainedType(c)))
            .map(c -> "ALTER %1$s TYPE %2$s USING %1$s::%2$s".formatted(c, later.undomainedType(c)))
            .toList();
    if (changes.isEmpty()) {
      return this;
    }
    session.run("ALTER TABLE %s %s".formatted(name, String.join(", ", changes)));
    return new StagedTable(later, live, name);
  }

  /** Fills it from a stream, which is closed; the number of rows. */
  public long load(Session session, RowStream<RowChange> changes) {
    long count = 0;
    if (compares) {
      // one by one: what the planner knows of the table may be old
      session.run("SET LOCAL enable_seqscan = off");
    }
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
    if (compares) {
      session.run("SET LOCAL enable_seqscan = DEFAULT");
    }
    loaded = count;
    return count;
  }

  /** Adds keys of rows that stay. */
  public void loadKept(Session session, RowStream<RowKey> kept) {
    try (kept) {
      List<Entry> batch = new ArrayList<>(BATCH);
      while (kept.hasNext()) {
        batch.add(new Entry(KEPT, kept.next(), null));
        if (batch.size() == BATCH || !kept.hasNext()) {
          insertEntries(session, batch);
          batch.clear();
        }
      }
    }
  }

  /**
   * Plans rows anew that have live changes which are not committed, and forgets those that stay;
   * under the locks that keep them from changing again.
   *
   * @param live the table as it is now
   * @param touched relation with the keys of the live changes
   */
  public void reconcile(Session session, LiveRelations live, String touched, PlannedRows plan) {
    String key = columns.sameKey("w", "s");
    int width = columns.key().size();
    Map<RowKey, Row> now = new LinkedHashMap<>();
    session
        .list(
            "SELECT %s, l.%s IS NOT NULL, %s FROM %s s JOIN %s w ON %s LEFT JOIN %s l ON %s"
                .formatted(
                    TableColumns.each(columns.key(), c -> columns.sent(c, "s." + c), ", "),
                    columns.key().getFirst(),
                    columns.sent("l"),
                    name,
                    touched,
                    key,
                    live.rows(),
                    columns.sameKey("l", "s")),
            row -> row)
        .forEach(row ->
            now.put(
                RowMapping.key(row, 0, width),
                RowMapping.rowIf(row, width, width + 1, columns.all().size())));
    if (!now.isEmpty()) {
      List<RowChange> again = plan.again(now);
      session.run("DELETE FROM %s s USING %s w WHERE %s".formatted(name, touched, key));
      for (int start = 0; start < again.size(); start += BATCH) {
        insert(session, again.subList(start, Math.min(again.size(), start + BATCH)));
      }
    }
    session.run("DELETE FROM %s WHERE epoch_kind = %d".formatted(name, KEPT));
  }

  /** A row of the table: what becomes of a key, and its values if it stays or comes. */
  private record Entry(short kind, RowKey key, Row row) {
    static Entry of(RowChange change) {
      return new Entry((short) (change.after() == null ? 0 : 1), change.key(), change.after());
    }
  }

  private int insert(Session session, List<RowChange> batch) {
    return insertEntries(session, batch.stream().map(Entry::of).toList());
  }

  private int insertEntries(Session session, List<Entry> batch) {
    Short[] kinds = new Short[batch.size()];
    String[][] values = new String[columns.all().size()][batch.size()];
    int[] key = columns.schema().keyIndexes();
    for (int i = 0; i < batch.size(); i++) {
      Entry entry = batch.get(i);
      Row after = entry.row();
      kinds[i] = entry.kind();
      for (int column = 0; after != null && column < values.length; column++) {
        values[column][i] = after.get(column);
      }
      for (int column = 0; after == null && column < key.length; column++) {
        values[key[column]][i] = entry.key().get(column);
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
        casts.add("u.c" + column + "::" + columns.storedType(name) + " AS " + name);
      }
    }
    // generated columns are computed anew: a merged row is made of fields of both sides
    String sql =
        """
        INSERT INTO %s (epoch_kind, epoch_changed, %s)
        SELECT x.epoch_kind, %s, %s
        FROM (
          SELECT u.epoch_kind, %s
          FROM unnest(%s) u (epoch_kind, %s)
        ) x\
        """
            .formatted(
                name,
                columns.allList(),
                compares
                    ? "CASE WHEN x.epoch_kind = 1 THEN (SELECT %s FROM %s l WHERE %s) END"
                        .formatted(changed("l", "x"), live.rows(), columns.sameKey("l", "x"))
                    : "NULL",
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

  /** A text with 1 for each writable column in which two rows differ, else 0. */
  String changed(String one, String other) {
    return "array_to_string(ARRAY[%s], '')"
        .formatted(
            TableColumns.each(
                columns.writable(),
                c ->
                    "record_image_ne(ROW(%s), ROW(%s))::integer"
                        .formatted(
                            columns.undomained(c, one + "." + c),
                            columns.undomained(c, other + "." + c)),
                ", "));
  }

  /**
   * Rows of the table as they are when these are written.
   *
   * @param select the rows before, in the order of the table's columns
   */
  public String over(TableHandle table, String select) {
    List<Column> there = columns.schema().columns();
    List<String> names = new ArrayList<>();
    List<String> staged = new ArrayList<>();
    for (int i = 0; i < there.size(); i++) {
      String column = Quote.identifier(table.schema().columns().get(i).name());
      names.add("w." + column);
      staged.add("s." + Quote.identifier(there.get(i).name()) + " AS " + column);
    }
    List<String> same = new ArrayList<>();
    int[] key = columns.schema().keyIndexes();
    for (int place : key) {
      same.add(
          "s.%s IS NOT DISTINCT FROM w.%s"
              .formatted(
                  Quote.identifier(there.get(place).name()),
                  Quote.identifier(table.schema().columns().get(place).name())));
    }
    return "SELECT %s FROM (%s) w WHERE NOT EXISTS (SELECT FROM %s s WHERE s.epoch_kind IN (0, 1) AND %s) UNION ALL SELECT %s FROM %s s WHERE s.epoch_kind = 1"
        .formatted(
            String.join(", ", names),
            select,
            name,
            String.join(" AND ", same),
            String.join(", ", staged),
            name);
  }

  /** Another text when rows of it are others. */
  public String mark(Session session) {
    return session
        .first(
            "SELECT concat_ws('.', count(*), sum(hashtextextended(concat_ws('|', s.epoch_kind, %s), 0))) FROM %s s WHERE s.epoch_kind IN (0, 1)"
                .formatted(TableColumns.each(columns.all(), c -> "s." + c + "::text", ", "), name),
            row -> row.getString(0))
        .orElse("");
  }

  /** Whether the live table has been written so, and nothing else in it. */
  public boolean isAsWritten(Session session, LiveRelations live) {
    String first = columns.key().getFirst();
    return session
        .first(
            """
            SELECT NOT EXISTS (
              SELECT FROM %1$s s LEFT JOIN %2$s l ON %3$s
              WHERE s.epoch_kind = 0 AND l.%4$s IS NOT NULL
                OR s.epoch_kind = 1 AND (l.%4$s IS NULL OR record_image_ne(%5$s, %6$s))
            ) AND NOT EXISTS (
              SELECT FROM %7$s w LEFT JOIN %1$s s ON %8$s WHERE s.%4$s IS NULL
            )\
            """
                .formatted(
                    name,
                    live.rows(),
                    columns.sameKey("l", "s"),
                    first,
                    columns.image("s"),
                    columns.image("l"),
                    live.workingSet(),
                    columns.sameKey("w", "s")),
            row -> row.getBoolean(0))
        .orElse(false);
  }

  /** A condition: no staged row has the key of this alias. */
  public String absent(String alias) {
    return "NOT EXISTS (SELECT FROM %s staged WHERE %s)"
        .formatted(name, columns.sameKey("staged", alias));
  }
}
