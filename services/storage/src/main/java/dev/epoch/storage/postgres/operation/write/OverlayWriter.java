package dev.epoch.storage.postgres.operation.write;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.Candidates;
import dev.epoch.storage.postgres.state.JoinStrategy;
import dev.epoch.storage.postgres.state.KeyedStates;
import dev.epoch.storage.postgres.state.OverlayRelations;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import dev.epoch.storage.postgres.state.WorkingSetSql;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the entries of an overlay so that the branch has given rows over a given anchor. An entry
 * is there afterwards if and only if the row differs from what is underneath: none for a row that
 * is as at the anchor, a tombstone for one that is absent there only on the branch, else the row.
 */
public final class OverlayWriter {
  private final Session session;
  private final TableColumns columns;
  private final OverlayRelations overlay;
  private final String target;

  /**
   * @param tableId names the temporary table
   */
  public OverlayWriter(
      Session session, String tableId, TableColumns columns, OverlayRelations overlay) {
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
   * @param reshaped whether the columns are others than those that entries were written by: then
   *     entries may be as what is underneath that nobody changed
   */
  public void write(StagedTable staged, Overlaid before, long anchor, boolean reshaped) {
    Live base = new Live(before.base().live(), anchor);
    List<String> keys = new ArrayList<>();
    keys.add("SELECT " + columns.key("x") + " FROM " + staged.name() + " x");
    if (anchor != before.base().anchor()) {
      if (reshaped) {
        keys.addAll(Candidates.entries(columns, before));
      }
      keys.addAll(Candidates.between(columns, before.base(), base).sources());
    }
    JoinStrategy.choose(session, new Candidates(keys), base.live().relation());
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
        FROM (%s) k LEFT JOIN %s s ON %s %s\
        """
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
    String others = TableColumns.each(besideKey(), c -> ", r." + c, "");
    String key =
        TableColumns.each(
            columns.key(), c -> "r.epoch_k" + columns.key().indexOf(c) + " AS " + c, ", ");
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT
          CASE
            WHEN r.epoch_present THEN
              CASE WHEN r.epoch_base_present AND record_image_eq(%2$s, r.epoch_base) THEN 0 ELSE 1 END
            WHEN r.epoch_base_present THEN 2
            ELSE 0
          END::smallint AS epoch_kind,
          %3$s%4$s
        FROM (%5$s OFFSET 0) r;
        ALTER TABLE %1$s ADD PRIMARY KEY (%6$s);
        ANALYZE %1$s\
        """
            .formatted(target, columns.image("r"), key, others, rows, columns.keyList()));
    apply();
    session.run("DROP TABLE " + target);
  }

  /**
   * Lays the overlay over another anchor as if the changes since had been made there: entries
   * become what they were, but where an application changed the row since, whose value stays and is
   * uncommitted.
   *
   * @param formerEntries SELECT of epoch_kind and the columns: what entries were; keys that neither
   *     this nor {@code otherKeys} has keep theirs
   * @param otherKeys SELECT of keys that had no entry
   * @param now what the branch sees
   * @param anchor to lie over
   */
  public void restore(String formerEntries, List<String> otherKeys, Overlaid now, long anchor) {
    Live base = new Live(now.base().live(), anchor);
    KeyedStates keyed = new KeyedStates(columns, "k");
    KeyedStates.StateAtKey working = keyed.add(now);
    KeyedStates.StateAtKey committed = keyed.add(WorkingSetSql.committed(now));
    KeyedStates.StateAtKey underneath = keyed.add(base);
    List<String> keys = new ArrayList<>(otherKeys);
    keys.add("SELECT " + columns.key("x") + " FROM (" + formerEntries + ") x");
    keys.add("SELECT " + columns.key("x") + " FROM " + overlay.workingSet() + " x");
    JoinStrategy.choose(session, new Candidates(keys), base.live().relation());
    String images = target.replace("epoch_entries_", "epoch_images_");
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT %2$s, COALESCE(f.epoch_kind, 0)::smallint AS epoch_kind%3$s,
          %4$s <> %5$s OR %4$s AND record_image_ne(%6$s, %7$s) AS epoch_touched,
          %4$s AS epoch_present, %8$s AS epoch_base_present,
          record_image_eq(%6$s, %9$s) AS epoch_as_base, %10$s
        FROM (%11$s) k LEFT JOIN (%12$s) f ON %13$s %14$s;
        ALTER TABLE %1$s ADD PRIMARY KEY (%15$s);
        ANALYZE %1$s\
        """
            .formatted(
                images,
                columns.key("k"),
                TableColumns.each(besideKey(), c -> ", f." + c, ""),
                working.present(),
                committed.present(),
                working.image(),
                committed.image(),
                underneath.present(),
                underneath.image(),
                working.numberedColumns("epoch_w"),
                String.join("\nUNION\n", keys),
                formerEntries,
                columns.sameKey("f", "k"),
                keyed.joins(),
                columns.keyList()));
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT
          CASE
            WHEN NOT r.epoch_touched THEN r.epoch_kind
            WHEN r.epoch_present THEN
              CASE WHEN r.epoch_base_present AND r.epoch_as_base THEN 0 ELSE 1 END
            WHEN r.epoch_base_present THEN 2
            ELSE 0
          END::smallint AS epoch_kind,
          %2$s
        FROM %3$s r;
        ALTER TABLE %1$s ADD PRIMARY KEY (%4$s);
        ANALYZE %1$s\
        """
            .formatted(
                target,
                TableColumns.each(
                    columns.all(),
                    c ->
                        columns.key().contains(c)
                            ? "r." + c
                            : "CASE WHEN r.epoch_touched THEN r.epoch_w%d ELSE r.%s END AS %2$s"
                                .formatted(columns.all().indexOf(c), c),
                    ", "),
                images,
                columns.keyList()));
    apply();
    session.run(
        """
        DELETE FROM %1$s;
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT r.epoch_kind, %3$s FROM %4$s r WHERE r.epoch_touched;
        DROP TABLE %4$s, %5$s\
        """
            .formatted(overlay.workingSet(), columns.allList(), columns.all("r"), images, target));
  }

  private List<String> besideKey() {
    return columns.all().stream().filter(c -> !columns.key().contains(c)).toList();
  }

  /** Brings rows and tombstones in line with the entries wanted, touching only what differs. */
  private void apply() {
    session.run(
        """
        DELETE FROM %1$s d USING %2$s e
        WHERE e.epoch_kind <> 2 AND %3$s;
        DELETE FROM %4$s v USING %2$s e
        WHERE %5$s AND (e.epoch_kind <> 1 OR record_image_ne(%6$s, %7$s));
        INSERT INTO %1$s (%8$s)
        SELECT %9$s FROM %2$s e
        WHERE e.epoch_kind = 2
        ON CONFLICT DO NOTHING;
        INSERT INTO %4$s (%10$s)
        SELECT %11$s FROM %2$s e
        WHERE e.epoch_kind = 1 AND NOT EXISTS (SELECT FROM %4$s v WHERE %5$s)\
        """
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
