package dev.epoch.storage.postgres.operation.write;

import static dev.epoch.storage.postgres.catalog.TableColumns.each;

import dev.epoch.model.row.RowChange;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.OpenRelations;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.RowMapping;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Commits many uncommitted rows of an open table at once: what is committed goes to the history and
 * what is open to the overlay, with no working set of the overlay between them, and the same rows
 * are the answer.
 *
 * <pre>
 *   keys written --> judged: the row as committed and as it is, of each key whose entry changes
 *                      |--> overlay: the entry now      |--> history: the entry before
 *                      '--> answer: both rows
 * </pre>
 *
 * <p>The caller holds the table's locks and has looked at its columns ({@code epoch.push_few}).
 */
public final class OpenTableCommit {
  /** Most rows that are told of. */
  private static final int MOST_ROWS = 100_000;

  /** Most bytes of them; values that are compressed may be any number more. */
  private static final long MOST_BYTES = 16L * 1024 * 1024;

  private static final String JUDGED = "pg_temp.epoch_judged";

  private final Session session;
  private final TableColumns columns;
  private final LiveRelations live;
  private final OverlayRelations overlay;
  private final OpenRelations open;
  private final long anchor;

  /**
   * @param anchor position of the live table that is seen underneath
   */
  public OpenTableCommit(
      Session session,
      TableColumns columns,
      LiveRelations live,
      OverlayRelations overlay,
      OpenRelations open,
      long anchor) {
    this.session = session;
    this.columns = columns;
    this.live = live;
    this.overlay = overlay;
    this.open = open;
    this.anchor = anchor;
  }

  /**
   * What was committed.
   *
   * @param changed number of keys whose entry in the overlay is another than before
   * @param tellsAll false if the rows that changed are very many or large: none is told then
   * @param rows that changed
   */
  public record Committed(long changed, boolean tellsAll, List<RowChange> rows) {}

  /** Whether the layers have just the columns that the open table has, as it has them. */
  public static boolean suits(TableColumns columns, OpenRelations open) {
    return open.projection() == null
        && columns.kept().isEmpty()
        && !columns.isAltered()
        && !columns.schema().appendOnly()
        && columns.layers().size() == columns.all().size()
        && columns.layers().containsAll(columns.all())
        && columns.all().stream()
            .allMatch(name -> columns.storedType(name).equals(columns.undomainedType(name)));
  }

  /**
   * @param keys how many were written
   * @param position of the operation
   */
  public Committed commit(long keys, long position) {
    JoinStrategy.choose(session, keys, open.relation());
    Row counted =
        last(
            """
            CREATE TEMPORARY TABLE epoch_judged ON COMMIT DROP AS %s;
            SELECT count(*), count(*) FILTER (WHERE epoch_was = 1), count(*) FILTER (WHERE epoch_was = 2),
              COALESCE(sum(%s), 0)::bigint, COALESCE(bool_or(%s), false)
            FROM %s\
            """
                .formatted(judged(), bytes(), compressed(), JUDGED));
    long changed = counted.getLong(0);
    write(counted.getLong(1) > 0, counted.getLong(2) > 0, position);
    boolean tells =
        changed <= MOST_ROWS && counted.getLong(3) <= MOST_BYTES && !counted.getBoolean(4);
    List<RowChange> rows = new ArrayList<>();
    if (tells && changed > 0) {
      for (Row row : session.script(told())) {
        rows.add(RowMapping.change(row, 0, columns));
      }
    }
    session.run("DROP TABLE " + JUDGED);
    return new Committed(changed, tells, rows);
  }

  private Row last(String script) {
    return session.script(script).iterator().next();
  }

  /** The row of each key as committed, b, and as it is, a, where the entry is to be another. */
  private String judged() {
    String first = columns.key().getFirst();
    return """
    SELECT j.* FROM (
      SELECT s.*,
        CASE
          WHEN s.epoch_now AND s.epoch_under AND record_image_eq(%1$s, %2$s) THEN 0
          WHEN s.epoch_now THEN 1
          WHEN s.epoch_under THEN 2
          ELSE 0
        END AS epoch_wanted
      FROM (
        SELECT %3$s,
          x.%4$s IS NOT NULL AS epoch_now,
          CASE WHEN v.%4$s IS NOT NULL THEN 1 WHEN d.%4$s IS NOT NULL THEN 2 ELSE 0 END AS epoch_was,
          CASE
            WHEN h.epoch_kind IS NOT NULL THEN h.epoch_kind = 1
            WHEN lw.epoch_kind IS NOT NULL THEN lw.epoch_kind = 1
            ELSE l.%4$s IS NOT NULL
          END AS epoch_under,
          %5$s, %6$s, %7$s
        FROM %8$s k %9$s
      ) s
    ) j
    WHERE j.epoch_wanted <> j.epoch_was OR j.epoch_was = 1 AND record_image_ne(%1$s, %10$s)\
    """
        .formatted(
            image("a"),
            image("u"),
            each(columns.key(), name -> "k." + name + " AS " + key(name), ", "),
            first,
            each(columns.all(), name -> value(name, "x") + " AS " + numbered("a", name), ", "),
            each(columns.all(), name -> value(name, "v") + " AS " + numbered("v", name), ", "),
            each(
                columns.all(),
                name ->
                    "CASE WHEN h.epoch_kind IS NOT NULL THEN %s WHEN lw.epoch_kind IS NOT NULL THEN %s ELSE %s END AS %s"
                        .formatted(
                            value(name, "h"),
                            value(name, "lw"),
                            value(name, "l"),
                            numbered("u", name)),
                ", "),
            open.touchedKeys(),
            lookup(open.relation(), "x")
                + lookup(overlay.rows(), "v")
                + lookup(overlay.tombstones(), "d")
                + lookupWhere(live.history(), "h", columns.pastAt("y", "k", Long.toString(anchor)))
                + lookup(live.workingSet(), "lw")
                + lookup(live.rows(), "l"),
            image("v"));
  }

  private String lookup(String relation, String alias) {
    return lookupWhere(relation, alias, columns.sameKey("y", "k"));
  }

  private static String lookupWhere(String relation, String alias, String condition) {
    return "\nLEFT JOIN LATERAL (SELECT * FROM %s y WHERE %s) %s ON TRUE"
        .formatted(relation, condition, alias);
  }

  private String value(String name, String alias) {
    return columns.undomained(name, alias + "." + name);
  }

  private String numbered(String prefix, String name) {
    return prefix + columns.all().indexOf(name);
  }

  private String key(String name) {
    return "k" + columns.key().indexOf(name);
  }

  private String image(String prefix) {
    return "ROW(" + each(columns.all(), name -> numbered(prefix, name), ", ") + ")";
  }

  /** The overlay's triggers would note again what is noted here. */
  private void write(boolean hasRows, boolean hasTombstones, long position) {
    String sameKey =
        each(columns.key(), name -> columns.equal(name, "e." + name, "j." + key(name)), " AND ");
    StringBuilder script = new StringBuilder("SET LOCAL enable_bitmapscan = off;\n");
    List<String> relations = List.of(overlay.rows(), overlay.tombstones());
    relations.forEach(
        relation -> script.append("ALTER TABLE " + relation + " DISABLE TRIGGER USER;\n"));
    if (hasRows) {
      script.append(
          "DELETE FROM %s e USING %s j WHERE j.epoch_was = 1 AND %s;\n"
              .formatted(overlay.rows(), JUDGED, sameKey));
    }
    if (hasTombstones) {
      script.append(
          "DELETE FROM %s e USING %s j WHERE j.epoch_was = 2 AND %s;\n"
              .formatted(overlay.tombstones(), JUDGED, sameKey));
    }
    script.append(
        "INSERT INTO %s (%s) SELECT %s FROM %s j WHERE j.epoch_wanted = 1;\n"
            .formatted(
                overlay.rows(),
                String.join(", ", columns.writable()),
                each(columns.writable(), name -> "j." + numbered("a", name), ", "),
                JUDGED));
    script.append(
        "INSERT INTO %s (%s) SELECT %s FROM %s j WHERE j.epoch_wanted = 2;\n"
            .formatted(
                overlay.tombstones(),
                columns.keyList(),
                each(columns.key(), name -> "j." + key(name), ", "),
                JUDGED));
    script.append(
        """
        INSERT INTO %1$s (epoch_kind, epoch_from, epoch_to, %2$s)
        SELECT j.epoch_was, COALESCE((SELECT max(e.epoch_to + 0) FROM %1$s e WHERE %3$s), 0), %4$d, %5$s
        FROM %6$s j;
        """
            .formatted(
                overlay.history(),
                columns.allList(),
                sameKey,
                position,
                each(columns.all(), this::former, ", "),
                JUDGED));
    script.append("DELETE FROM " + open.workingSet());
    relations.forEach(
        relation -> script.append(";\nALTER TABLE " + relation + " ENABLE TRIGGER USER"));
    session.run(script.toString());
  }

  /** A column of the entry before, which has no more than the key where there was no row. */
  private String former(String name) {
    return columns.key().contains(name)
        ? "CASE WHEN j.epoch_was = 1 THEN j.%s ELSE j.%s END"
            .formatted(numbered("v", name), key(name))
        : "j." + numbered("v", name);
  }

  private String bytes() {
    List<String> large = columns.all().stream().filter(columns::maybeLarge).toList();
    return large.isEmpty()
        ? "0"
        : each(
            large,
            name ->
                "COALESCE(pg_column_size(%s), 0) + COALESCE(pg_column_size(%s), 0)"
                    .formatted(numbered("a", name), committed(name)),
            " + ");
  }

  private String compressed() {
    List<String> large = columns.all().stream().filter(columns::maybeLarge).toList();
    return large.isEmpty()
        ? "false"
        : each(
            large,
            name ->
                "pg_column_compression(%s) IS NOT NULL OR pg_column_compression(%s) IS NOT NULL"
                    .formatted(numbered("a", name), committed(name)),
            " OR ");
  }

  /** A column of the row as committed. */
  private String committed(String name) {
    return "CASE epoch_was WHEN 1 THEN %s WHEN 2 THEN NULL ELSE %s END"
        .formatted(numbered("v", name), numbered("u", name));
  }

  /** As {@link RowMapping#change} takes it. */
  private String told() {
    List<String> parts = new ArrayList<>();
    for (String name : columns.key()) {
      parts.add(
          columns.sent(
              name,
              "CASE WHEN s.epoch_now THEN s.%s ELSE s.%s END"
                  .formatted(numbered("a", name), numbered("c", name))));
    }
    parts.add("s.epoch_there");
    parts.add("s.epoch_now");
    columns.all().forEach(name -> parts.add(columns.sent(name, "s." + numbered("c", name))));
    columns.all().forEach(name -> parts.add(columns.sent(name, "s." + numbered("a", name))));
    return """
    SELECT %s FROM (
      SELECT j.epoch_now, CASE epoch_was WHEN 1 THEN true WHEN 2 THEN false ELSE epoch_under END AS epoch_there,
        %s, %s
      FROM %s j
    ) s
    WHERE s.epoch_now <> s.epoch_there OR s.epoch_now AND record_image_ne(%s, %s)\
    """
        .formatted(
            String.join(", ", parts),
            each(columns.all(), name -> "j." + numbered("a", name), ", "),
            each(columns.all(), name -> committed(name) + " AS " + numbered("c", name), ", "),
            JUDGED,
            image("a"),
            image("c"));
  }
}
