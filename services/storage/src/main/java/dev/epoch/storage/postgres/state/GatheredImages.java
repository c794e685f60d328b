package dev.epoch.storage.postgres.state;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.state.PhysicalState.Overlaid;
import dev.epoch.storage.postgres.state.StateSql.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The images that belong to a state, put into one temporary table where they are few: a statement
 * that reads the state once for each row of another table would read the histories, which have the
 * images of all states, as often. They are read a fixed number of times instead.
 *
 * <p>The table also has the keys that hide rows of the live table, those without a row with kind 0.
 */
final class GatheredImages {
  /** More are left where they are: they would be read one by one here, too. */
  static final int MOST_ROWS = 2_000;

  /** Of the images as they are stored. */
  static final long MOST_BYTES = 8L << 20;

  private final Session session;
  private final TableHandle table;
  private final TableColumns columns;
  private final StateSql sql;

  /**
   * @param session whose transaction has one snapshot and is rolled back
   */
  GatheredImages(Session session, TableHandle table, TableColumns columns, StateSql sql) {
    this.session = session;
    this.table = table;
    this.columns = columns;
    this.sql = sql;
  }

  /**
   * {@link StateSql#select(PhysicalState, String)}, with images in a temporary table if that pays.
   */
  String select(PhysicalState state, String bottom) {
    List<Part> parts = sql.parts(state);
    List<Part> images = images(state, parts);
    if (images.isEmpty() || areMany(images)) {
      return sql.select(state, bottom);
    }
    String gathered = gather(images);
    List<Part> instead = new ArrayList<>(parts);
    instead.removeAll(images);
    instead.addFirst(new Part(gathered, "x.epoch_kind = 1"));
    return sql.select(instead, bottom == null ? hidden(state, gathered) : bottom);
  }

  /** Parts that are neither rows of an overlay nor at the bottom. */
  private static List<Part> images(PhysicalState state, List<Part> parts) {
    String overlay = state instanceof Overlaid overlaid ? overlaid.overlay().rows() : null;
    return parts.stream()
        .limit(Math.max(0, parts.size() - 1L))
        .filter(part -> !part.relation().equals(overlay))
        .toList();
  }

  private boolean areMany(List<Part> images) {
    String bytes =
        TableColumns.each(columns.all(), c -> "coalesce(pg_column_size(x." + c + "), 0)", " + ");
    return session
        .first(
            """
            SELECT count(*) > %d OR coalesce(sum(image.bytes), 0) > %d
            FROM (SELECT %s FROM (%s) x LIMIT %d) image (bytes)
            """
                .formatted(MOST_ROWS, MOST_BYTES, bytes, rows(images, ""), MOST_ROWS + 1),
            row -> row.getBoolean(0))
        .orElseThrow();
  }

  private String rows(List<Part> images, String first) {
    return images.stream()
        .map(part ->
            "SELECT %s%s FROM %s x WHERE %s"
                .formatted(first, columns.all("x"), part.relation(), part.condition()))
        .collect(Collectors.joining(" UNION ALL "));
  }

  private String gather(List<Part> images) {
    // a statement may read several states of a table, each under a name of its own
    String name =
        Quote.identifier(
            "epoch_state_" + table.id() + "_" + Integer.toHexString(table.name().hashCode()));
    session.run(
        """
        CREATE TEMPORARY TABLE %1$s AS %2$s;
        CREATE UNIQUE INDEX ON pg_temp.%1$s (%3$s);
        ANALYZE pg_temp.%1$s
        """
            .formatted(name, rows(images, "1::smallint AS epoch_kind, "), columns.keyList()));
    return "pg_temp." + name;
  }

  /** The condition that nothing hides a live row; null if that is too much to be gathered. */
  private String hidden(PhysicalState state, String gathered) {
    String keys =
        sql.hiding(state).stream()
            .map(layer -> layer.keys(columns))
            .collect(Collectors.joining(" UNION ALL "));
    boolean few =
        session
            .first(
                "SELECT count(*) <= %d FROM (SELECT FROM (%s) hidden LIMIT %d) hidden"
                    .formatted(MOST_ROWS, keys, MOST_ROWS + 1),
                row -> row.getBoolean(0))
            .orElseThrow();
    if (!few) {
      return null;
    }
    session.run(
        """
        INSERT INTO %1$s (epoch_kind, %2$s)
        SELECT 0, %3$s FROM (%4$s) hidden
        ON CONFLICT DO NOTHING;
        ANALYZE %1$s
        """
            .formatted(gathered, columns.keyList(), columns.key("hidden"), keys));
    return "(NOT EXISTS (SELECT FROM %s hidden WHERE %s)) IS TRUE"
        .formatted(gathered, columns.sameKey("hidden", "x"));
  }
}
