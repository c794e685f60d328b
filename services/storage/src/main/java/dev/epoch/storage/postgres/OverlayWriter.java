package dev.epoch.storage.postgres;

import dev.epoch.storage.postgres.PhysicalState.Live;
import dev.epoch.storage.postgres.PhysicalState.Overlaid;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the entries of an overlay so that the branch has given rows over a given anchor. An entry
 * is there afterwards if and only if the row differs from what is underneath: none for a row that is
 * as at the anchor, a tombstone for one that is absent there only on the branch, else the row.
 */
final class OverlayWriter {
  private final Session session;
  private final TableColumns columns;
  private final OverlayRelations overlay;
  private final String target;

  /**
   * @param tableId names the temporary table
   */
  OverlayWriter(Session session, String tableId, TableColumns columns, OverlayRelations overlay) {
    this.session = session;
    this.columns = columns;
    this.overlay = overlay;
    this.target = Quote.qualified("pg_temp", "epoch_entries_" + tableId);
  }

  /**
   * Writes staged rows and lays the overlay over another anchor.
   *
   * @param staged rows that are to be; all others stay what they are
   * @param before what the branch sees
   * @param anchor of the future
   */
  void write(StagedTable staged, Overlaid before, long anchor) {
    Live base = new Live(before.base().live(), anchor);
    List<String> keys = new ArrayList<>();
    keys.add("SELECT " + columns.key("x") + " FROM " + staged.name() + " x");
    if (anchor != before.base().anchor()) {
      keys.addAll(Candidates.entries(columns, before));
      keys.addAll(Candidates.between(columns, before.base(), base).sources());
    }
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey old = keyed.add(before);
    KeyedStates.StateAtKey underneath = keyed.add(base);
    String values =
        TableColumns.each(
            columns.all(),
            c ->
                "CASE WHEN s.epoch_kind IS NOT NULL THEN s.%1$s ELSE %2$s END AS %1$s"
                    .formatted(c, old.column(c)),
            ", ");
    replaceEntries(
        """
        SELECT %s, %s,
          CASE WHEN s.epoch_kind IS NOT NULL THEN s.epoch_kind = 1 ELSE %s END AS epoch_present,
          %s AS epoch_base_present, %s AS epoch_base
        FROM (%s) k LEFT JOIN %s s ON %s %s"""
            .formatted(
                TableColumns.each(
                    columns.key(), c -> "k." + c + " AS epoch_k" + columns.key().indexOf(c), ", "),
                values,
                old.present(),
                underneath.present(),
                underneath.image(),
                String.join("\nUNION\n", keys),
                staged.name(),
                columns.sameKey("s", "k"),
                keyed.joins()));
  }

  /**
   * @param rows SELECT of the key (epoch_k0...), the columns, epoch_present, epoch_base_present,
   *     epoch_base
   */
  private void replaceEntries(String rows) {
    String others =
        TableColumns.each(
            columns.all().stream().filter(c -> !columns.key().contains(c)).toList(),
            c -> ", r." + c,
            "");
    String key =
        TableColumns.each(
            columns.key(), c -> "r.epoch_k" + columns.key().indexOf(c) + " AS " + c, ", ");
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT
          CASE
            WHEN r.epoch_present THEN
              CASE WHEN r.epoch_base_present AND %2$s *= r.epoch_base THEN 0 ELSE 1 END
            WHEN r.epoch_base_present THEN 2
            ELSE 0
          END::smallint AS epoch_kind,
          %3$s%4$s
        FROM (%5$s OFFSET 0) r;
        ALTER TABLE %1$s ADD PRIMARY KEY (%6$s);
        ANALYZE %1$s"""
            .formatted(target, columns.image("r"), key, others, rows, columns.keyList()));
    apply();
    session.run("DROP TABLE " + target);
  }

  /** Brings rows and tombstones in line with the entries wanted, touching only what differs. */
  private void apply() {
    session.run(
        """
        DELETE FROM %1$s d USING %2$s e
        WHERE e.epoch_kind <> 2 AND %3$s;
        DELETE FROM %4$s v USING %2$s e
        WHERE %5$s AND (e.epoch_kind <> 1 OR %6$s *<> %7$s);
        INSERT INTO %1$s (%8$s)
        SELECT %9$s FROM %2$s e
        WHERE e.epoch_kind = 2
        ON CONFLICT DO NOTHING;
        INSERT INTO %4$s (%10$s)
        SELECT %11$s FROM %2$s e
        WHERE e.epoch_kind = 1 AND NOT EXISTS (SELECT FROM %4$s v WHERE %5$s)"""
            .formatted(
                overlay.tombstones(),
                target,
                columns.sameKey("d", "e"),
                overlay.rows(),
                columns.sameKey("v", "e"),
                columns.image("v"),
                columns.image("e"),
                columns.keyList(),
                columns.key("e"),
                String.join(", ", columns.writable()),
                TableColumns.each(columns.writable(), c -> "e." + c, ", ")));
  }
}
