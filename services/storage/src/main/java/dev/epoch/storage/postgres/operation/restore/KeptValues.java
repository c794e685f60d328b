package dev.epoch.storage.postgres.operation.restore;

import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.catalog.TableShape.LayerColumn;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.KeyedStates;
import dev.epoch.storage.postgres.state.LiveRelations;
import dev.epoch.storage.postgres.state.PhysicalState;
import dev.epoch.storage.postgres.state.PhysicalState.Live;
import java.util.List;
import java.util.Optional;

/**
 * Values of columns that the live table lost, where images of the history have all that there were.
 * The log does not have those of rows that nobody changed while the table had the column, so that a
 * history that is written anew gets them from the one before.
 */
final class KeptValues {
  private final Session session;
  private final TableColumns columns;
  private final LiveRelations live;
  private final List<LayerColumn> kept;
  private final String former;
  private final String images;

  private KeptValues(
      Session session,
      String tableId,
      TableColumns columns,
      LiveRelations live,
      List<LayerColumn> kept) {
    this.session = session;
    this.columns = columns;
    this.live = live;
    this.kept = kept;
    this.former = Quote.qualified("pg_temp", "epoch_kept_" + tableId);
    this.images = Quote.qualified("pg_temp", "epoch_kept_images_" + tableId);
  }

  /** Puts them aside, until the end of the transaction; empty if no column was kept. */
  static Optional<KeptValues> aside(
      Session session, String tableId, TableColumns columns, LiveRelations live) {
    List<LayerColumn> kept =
        live.shape() == null
            ? List.of()
            : live.shape().columns().stream()
                .filter(column -> column.kept() && !column.live())
                .toList();
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    KeptValues values = new KeptValues(session, tableId, columns, live, kept);
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT %2$s, x.epoch_to%3$s FROM %4$s x WHERE x.epoch_kind = 1;
        ALTER TABLE %1$s ADD PRIMARY KEY (%5$s, epoch_to);
        ANALYZE %1$s\
        """
            .formatted(
                values.former,
                columns.key("x"),
                TableColumns.each(values.names(), name -> ", x." + name, ""),
                live.history(),
                columns.keyList()));
    return Optional.of(values);
  }

  private List<String> names() {
    return kept.stream().map(column -> Quote.identifier(column.name())).toList();
  }

  /** Images get values that the log does not say; rows whose images had nothing else get these. */
  void putBack() {
    session.run(
        """
        UPDATE %1$s h SET %2$s FROM %3$s s
        WHERE %4$s AND h.epoch_to = s.epoch_to AND h.epoch_kind = 1\
        """
            .formatted(
                live.history(),
                TableColumns.each(
                    kept.stream().map(LayerColumn::name).toList(), this::unlessSaid, ", "),
                former,
                columns.sameKey("h", "s")));
    KeyedStates keyed = new KeyedStates(columns, "s");
    KeyedStates.StateAtKey committed = keyed.add(new Live(live, PhysicalState.NOW - 1));
    List<String> names = names();
    List<String> others =
        columns.all().stream()
            .filter(name -> !columns.key().contains(name) && !names.contains(name))
            .toList();
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s ON COMMIT DROP AS
        SELECT %2$s, s.epoch_to%3$s%4$s
        FROM %5$s s LEFT JOIN LATERAL (
          SELECT x.* FROM %6$s x WHERE %7$s AND x.epoch_to > s.epoch_to ORDER BY x.epoch_to LIMIT 1
        ) n ON TRUE %8$s
        WHERE (%9$s)
          AND NOT EXISTS (SELECT FROM %6$s x WHERE %7$s AND x.epoch_to = s.epoch_to)
          AND CASE WHEN n.epoch_kind IS NOT NULL THEN n.epoch_kind = 1 ELSE %10$s END;
        INSERT INTO %6$s (epoch_kind, epoch_from, epoch_to, %11$s%12$s%13$s)
        SELECT 1, 0, i.epoch_to, %14$s%12$s%13$s FROM %1$s i;
        UPDATE %6$s h SET epoch_from = o.epoch_before FROM (
          SELECT %15$s, x.epoch_to,
            lag(x.epoch_to, 1, 0::bigint) OVER (PARTITION BY %15$s ORDER BY x.epoch_to) AS epoch_before
          FROM %6$s x WHERE EXISTS (SELECT FROM %1$s i WHERE %16$s)
        ) o
        WHERE %17$s AND h.epoch_to = o.epoch_to AND h.epoch_from <> o.epoch_before;
        DROP TABLE %1$s, %5$s\
        """
            .formatted(
                images,
                columns.key("s"),
                TableColumns.each(
                    others,
                    name ->
                        ", CASE WHEN n.epoch_kind IS NOT NULL THEN n.%1$s ELSE %2$s END AS %1$s"
                            .formatted(name, committed.column(name)),
                    ""),
                TableColumns.each(names, name -> ", s." + name, ""),
                former,
                live.history(),
                columns.sameKey("x", "s"),
                keyed.joins(),
                TableColumns.each(
                    kept.stream().map(LayerColumn::name).toList(), this::isWorth, " OR "),
                committed.present(),
                columns.keyList(),
                TableColumns.each(others, name -> ", " + name, ""),
                TableColumns.each(names, name -> ", " + name, ""),
                columns.key("i"),
                columns.key("x"),
                columns.sameKey("i", "x"),
                columns.sameKey("h", "o")));
  }

  /** What the log says of a column is something else than what rows of that column begin with. */
  private String unlessSaid(String name) {
    return "%1$s = CASE WHEN record_image_eq(ROW(h.%1$s), ROW(%2$s)) THEN s.%1$s ELSE h.%1$s END"
        .formatted(Quote.identifier(name), initial(name));
  }

  private String isWorth(String name) {
    return "record_image_ne(ROW(s.%s), ROW(%s))".formatted(Quote.identifier(name), initial(name));
  }

  private String initial(String name) {
    LayerColumn column =
        kept.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    return (column.initial() == null ? "NULL" : Quote.literal(column.initial()))
        + "::"
        + column.type();
  }
}
