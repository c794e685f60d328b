package dev.epoch.storage.postgres.state;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Statements about a working set, for a transaction that holds its lock.
 *
 * <p>{@link #commitLive} and {@link #commitOverlay} are one statement each, prepared and planned
 * once per connection: it moves what changed to the history and empties the working set. They
 * answer how many keys changed, how many entries of an overlay say no more than what is underneath
 * (in that case nothing was done; see {@link #dropRedundant}), whether the rows that changed are
 * few and small, and if so, in each row one that changed, as {@link DifferenceSql#select} has it.
 */
public final class WorkingSetSql {
  /** Most changed rows that a commit tells of. */
  public static final int FEW = 100;

  /**
   * Most bytes, as they are stored, of what these rows were and are: the lock is held until they
   * are read. They may be compressed a hundredfold.
   */
  static final int FEW_BYTES = 256 * 1024;

  private final TableColumns columns;

  public WorkingSetSql(TableColumns columns) {
    this.columns = columns;
  }

  /**
   * $1: the operation's position.
   *
   * @param kept conditions of images, w, that are kept although rows are what they were
   */
  public String commitLive(LiveRelations live, List<String> kept) {
    return """
    WITH net AS MATERIALIZED (
      SELECT w.*, %7$s AS epoch_bytes FROM %1$s w %3$s
      WHERE %4$s
    ), moved AS (
      %2$s
      RETURNING 1
    ), emptied AS (
      DELETE FROM %1$s
    ), told AS (
      %5$s
    )
    SELECT (SELECT count(*) FROM moved), 0::bigint, %6$s, told.*
    FROM (SELECT) one
    LEFT JOIN told ON TRUE\
    """
        .formatted(
            live.workingSet(),
            toHistory(live.history(), "net", "TRUE"),
            lookup(live.rows(), "l"),
            net(kept),
            told("net", "TRUE", new Live(live, PhysicalState.NOW)),
            little("net", "TRUE"),
            bytes("w", "l"));
  }

  /**
   * The same of a working set with many rows: planned for these, and nothing is told but how many
   * keys changed.
   */
  public String commitManyLive(LiveRelations live, List<String> kept, long position) {
    return """
    WITH net AS MATERIALIZED (
      SELECT w.* FROM %1$s w LEFT JOIN %2$s l ON %3$s
      WHERE %4$s
    ), moved AS (
      %5$s
      RETURNING 1
    ), emptied AS (
      DELETE FROM %1$s
    )
    SELECT count(*) FROM moved\
    """
        .formatted(
            live.workingSet(),
            live.rows(),
            columns.sameKey("l", "w"),
            net(kept),
            toHistory(live.history(), "net", "TRUE")
                .replace("$1::bigint", Long.toString(position)));
  }

  /** Whether the row of a working set, w, is another than the live one, l. */
  private String net(List<String> kept) {
    return "(w.epoch_kind = 1) <> (l.%s IS NOT NULL)\n  OR w.epoch_kind = 1 AND record_image_ne(%s, %s)%s%s"
        .formatted(
            columns.key().getFirst(),
            columns.image("w"),
            columns.image("l"),
            keptValue(),
            kept.stream().map(condition -> "\n  OR " + condition).collect(Collectors.joining()));
  }

  /** An image with a value of a column that went is all that is left of it. */
  private String keptValue() {
    return columns.kept().isEmpty()
        ? ""
        : "\n      OR w.epoch_kind = 1 AND ("
            + TableColumns.each(
                columns.kept(), name -> "w." + name + " IS DISTINCT FROM NULL", " OR ")
            + ")";
  }

  /** The stored size of values, which is known without reading them. */
  private String bytes(String... aliases) {
    List<String> large = columns.all().stream().filter(columns::maybeLarge).toList();
    return large.isEmpty()
        ? "0"
        : Arrays.stream(aliases)
            .map(alias ->
                TableColumns.each(
                    large,
                    name -> "COALESCE(pg_column_size(" + alias + "." + name + "), 0)",
                    " + "))
            .collect(Collectors.joining(" + "));
  }

  private static String little(String source, String condition) {
    return """
    (SELECT count(*) <= %d AND COALESCE(sum(t.epoch_bytes), 0) <= %d FROM %s t WHERE %s)\
    """
        .formatted(FEW, FEW_BYTES, source, condition);
  }

  /** What changed in the working state, if it is little. */
  private String told(String source, String condition, PhysicalState working) {
    String keys =
        "SELECT %s FROM %s t WHERE %s AND %s"
            .formatted(columns.key("t"), source, condition, little(source, condition));
    return new DifferenceSql(columns)
        .select(KeySource.query(keys), List.of(committed(working), working), List.of());
  }

  /**
   * $1: the operation's position; $2: the anchor.
   *
   * @param anchor the same, for the part that says where the base is read
   */
  public String commitOverlay(OverlayRelations overlay, LiveRelations live, long anchor) {
    return """
    WITH judged AS MATERIALIZED (%1$s), moved AS (
      %2$s
      RETURNING 1
    ), emptied AS (
      DELETE FROM %3$s WHERE NOT EXISTS (SELECT FROM judged WHERE epoch_redundant)
    ), told AS (
      %4$s
    )
    SELECT (SELECT count(*) FROM moved),
      (SELECT count(*) FROM judged WHERE epoch_redundant), %5$s, told.*
    FROM (SELECT) one
    LEFT JOIN told ON TRUE\
    """
        .formatted(
            judged(overlay, live, "$2"),
            toHistory(
                overlay.history(),
                "judged",
                "net.epoch_changed AND NOT EXISTS (SELECT FROM judged WHERE epoch_redundant)"),
            overlay.workingSet(),
            told(
                "judged",
                "t.epoch_changed",
                new PhysicalState.Overlaid(new Live(live, anchor), overlay, PhysicalState.NOW)),
            little("judged", "t.epoch_changed"));
  }

  /**
   * The sum keeps the planner from walking the index on positions backwards for the maximum: it
   * holds every row that this statement has put in, so that the cost would be quadratic.
   */
  private String toHistory(String history, String source, String condition) {
    return """
    INSERT INTO %1$s (epoch_kind, epoch_from, epoch_to, %2$s)
      SELECT net.epoch_kind,
        COALESCE((SELECT max(p.epoch_to + 0) FROM %1$s p WHERE %3$s), 0), $1::bigint, %4$s
      FROM %5$s net WHERE %6$s\
    """
        .formatted(
            history,
            columns.layerList(),
            columns.sameKey("p", "net"),
            columns.layers("net"),
            source,
            condition);
  }

  /**
   * For each key of an overlay's working set: its image, whether the entry is another now, and
   * whether the entry now is redundant.
   */
  private String judged(OverlayRelations overlay, LiveRelations live, String anchor) {
    String first = columns.key().getFirst();
    return """
    SELECT w.*, %9$s AS epoch_bytes,
      CASE
        WHEN v.%1$s IS NOT NULL THEN w.epoch_kind <> 1 OR record_image_ne(%2$s, %3$s)
        WHEN d.%1$s IS NOT NULL THEN w.epoch_kind <> 2
        ELSE w.epoch_kind <> 0
      END AS epoch_changed,
      CASE
        WHEN v.%1$s IS NOT NULL THEN
          CASE
            WHEN h.epoch_kind IS NOT NULL THEN h.epoch_kind = 1 AND record_image_eq(%3$s, %4$s)
            WHEN lw.epoch_kind IS NOT NULL THEN lw.epoch_kind = 1 AND record_image_eq(%3$s, %5$s)
            ELSE l.%1$s IS NOT NULL AND record_image_eq(%3$s, %6$s)
          END
        WHEN d.%1$s IS NOT NULL THEN
          CASE
            WHEN h.epoch_kind IS NOT NULL THEN h.epoch_kind <> 1
            WHEN lw.epoch_kind IS NOT NULL THEN lw.epoch_kind <> 1
            ELSE l.%1$s IS NULL
          END
        ELSE FALSE
      END AS epoch_redundant
    FROM %7$s w %8$s\
    """
        .formatted(
            first,
            columns.image("w"),
            columns.image("v"),
            columns.image("h"),
            columns.image("lw"),
            columns.image("l"),
            overlay.workingSet(),
            lookup(overlay.rows(), "v")
                + lookup(overlay.tombstones(), "d")
                + lookupWhere(live.history(), "h", columns.pastAt("x", "w", anchor + "::bigint"))
                + lookup(live.workingSet(), "lw")
                + lookup(live.rows(), "l"),
            bytes("w", "v", "h", "lw", "l"));
  }

  /**
   * Joins the row of a relation that has the key of {@code w}, by the index of the key whatever the
   * planner believes: a plan made while the relation was empty may read all of it for each key.
   */
  private String lookup(String relation, String alias) {
    return lookupWhere(relation, alias, columns.sameKey("x", "w"));
  }

  private static String lookupWhere(String relation, String alias, String condition) {
    return "\nLEFT JOIN LATERAL (SELECT * FROM %s x WHERE %s OFFSET 0) %s ON TRUE"
        .formatted(relation, condition, alias);
  }

  /**
   * Takes entries out of an overlay that say no more than what is underneath. Their keys stay in
   * the working set until the commit. Without this, an entry left by a change that was taken back
   * would be seen by every earlier state, also by those that lie over another anchor.
   */
  public List<String> dropRedundant(OverlayRelations overlay, LiveRelations live, long anchor) {
    String judged = judged(overlay, live, Long.toString(anchor));
    return List.of(
        "DELETE FROM %s x USING (%s) j WHERE j.epoch_redundant AND %s"
            .formatted(overlay.rows(), judged, columns.sameKey("x", "j")),
        "DELETE FROM %s x USING (%s) j WHERE j.epoch_redundant AND %s"
            .formatted(overlay.tombstones(), judged, columns.sameKey("x", "j")));
  }

  /** Moves every entry of an overlay's working set to its history, changed or not. */
  public String moveToHistory(OverlayRelations overlay, long position) {
    return toHistory(overlay.history(), overlay.workingSet(), "TRUE")
        .replace("$1::bigint", Long.toString(position));
  }

  /** Counts of net inserts, updates, deletes in the working set. */
  public String pending(PhysicalState committed, PhysicalState working) {
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey before = keyed.add(committed);
    KeyedStates.StateAtKey after = keyed.add(working);
    return """
    SELECT
      count(*) FILTER (WHERE NOT s.p0 AND s.p1),
      count(*) FILTER (WHERE s.p0 AND s.p1 AND s.differs),
      count(*) FILTER (WHERE s.p0 AND NOT s.p1)
    FROM (
      SELECT %s AS p0, %s AS p1, record_image_ne(%s, %s) AS differs
      FROM (%s) k %s
    ) s\
    """
        .formatted(
            before.present(),
            after.present(),
            before.image(),
            after.image(),
            Candidates.uncommitted(columns, working).distinct(),
            keyed.joins());
  }

  /** The state without what is not committed. */
  public static PhysicalState committed(PhysicalState working) {
    return switch (working) {
      // the layers of an open table are as of the last commit
      case Live live when live.live().head() != null -> live.live().head();
      case Live live -> new Live(live.live(), PhysicalState.NOW - 1);
      case PhysicalState.Overlaid overlaid ->
          new PhysicalState.Overlaid(overlaid.base(), overlaid.overlay(), PhysicalState.NOW - 1);
      case PhysicalState.Nothing nothing -> nothing;
    };
  }
}
