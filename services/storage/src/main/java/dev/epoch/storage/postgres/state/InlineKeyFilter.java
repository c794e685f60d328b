package dev.epoch.storage.postgres.state;

import dev.epoch.events.table.DataType;
import dev.epoch.storage.postgres.catalog.TableColumns;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Few keys that hide rows, as a constant in the statement: half as dear per row as a set that the
 * statement looks up, and no hindrance to parallel plans. Right only in the snapshot in which the
 * keys were read.
 */
final class InlineKeyFilter {
  /** Most keys in a statement; about 20 KB of numbers. */
  static final int MOST = 2_000;

  /** Types that PostgreSQL hashes, and of which equal values have one text. */
  private static final Set<DataType.Kind> PLAIN = Set.of(DataType.Kind.INTEGER, DataType.Kind.UUID);

  private InlineKeyFilter() {}

  /**
   * The condition that the key of {@code alias} is none of the layers' keys; null if there are too
   * many of them, or the key is not of one plain column.
   */
  static String absent(
      Session session, TableColumns columns, List<LayerSource> layers, String alias) {
    if (layers.isEmpty() || columns.key().size() != 1) {
      return null;
    }
    String name = columns.schema().primaryKey().getFirst();
    DataType type =
        columns.schema().columns().stream()
            .filter(column -> column.name().equals(name))
            .findFirst()
            .orElseThrow()
            .type();
    if (!PLAIN.contains(type.kind())) {
      return null;
    }
    String key = columns.key().getFirst();
    String sql =
        "SELECT count(*), array_agg(k.key)::text FROM (SELECT hidden.%s::text FROM (%s) hidden LIMIT %d) k (key)"
            .formatted(
                key,
                layers.stream()
                    .map(layer -> layer.keys(columns))
                    .collect(Collectors.joining(" UNION ALL ")),
                MOST + 1);
    // IS NOT TRUE keeps it an = ANY, which PostgreSQL 14 hashes too
    return session
        .first(
            sql,
            row ->
                row.getLong(0) > MOST
                    ? null
                    : "(%s.%s OPERATOR(pg_catalog.=) ANY (%s::%s[])) IS NOT TRUE"
                        .formatted(
                            alias,
                            key,
                            Quote.literal(row.getLong(0) == 0 ? "{}" : row.getString(1)),
                            columns.undomainedType(key)))
        .orElse(null);
  }
}
