package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The columns that tell the rows of a table apart. */
final class KeyColumns {
  private static final String UNIQUE_SETS =
      """
      SELECT
        ARRAY (
          SELECT a.attname::text
          FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
          WHERE k.place <= i.indnkeyatts
          ORDER BY k.place
        ) AS columns,
        i.indisprimary AS is_primary
      FROM pg_catalog.pg_index i
      WHERE i.indrelid = $1::bigint::oid
        AND (i.indisunique OR i.indisprimary)
        AND i.indimmediate
        AND i.indisvalid
        AND i.indpred IS NULL
        AND i.indexprs IS NULL
      """;

  private record UniqueSet(List<String> columns, boolean primary) {}

  private KeyColumns() {}

  /** The table's primary key. */
  static List<String> found(Session session, TablePath path, long table) {
    return uniqueSets(session, table).stream()
        .filter(UniqueSet::primary)
        .findFirst()
        .orElseThrow(() ->
            new NoPrimaryKeyException(
                "Table "
                    + path
                    + " has no primary key that holds at once, so its rows cannot be told apart",
                "ALTER TABLE "
                    + Quote.qualified(path.schema(), path.table())
                    + " ADD PRIMARY KEY (<columns>); or name columns that tell its rows apart"
                    + " when registering it: --key <columns>; or register it as append-only, if its"
                    + " rows are never changed: --append-only"))
        .columns();
  }

  /**
   * The columns that the user named: those of a primary key, a unique constraint or a unique index,
   * or any that tell the rows apart that are there now. In the latter case the capture of the table
   * keeps them unique and not null.
   */
  static List<String> given(
      Session session, TablePath path, long table, List<Column> columns, List<String> key) {
    for (String name : key) {
      if (columns.stream().noneMatch(candidate -> candidate.name().equals(name))) {
        throw new NoPrimaryKeyException(
            "Table " + path + " has no column " + name + " for a primary key",
            "Its columns are " + String.join(", ", columns.stream().map(Column::name).toList()));
      }
    }
    Set<String> wanted = new HashSet<>(key);
    if (wanted.size() < key.size()) {
      throw new NoPrimaryKeyException(
          "The key (" + String.join(", ", key) + ") names a column twice", "Name each once");
    }
    boolean mayBeNull =
        columns.stream().anyMatch(column -> column.nullable() && wanted.contains(column.name()));
    boolean unique =
        !mayBeNull
            && uniqueSets(session, table).stream()
                .anyMatch(set -> wanted.equals(new HashSet<>(set.columns())));
    if (!unique && !isKept(session, path, key)) {
      requireToldApart(session, path, table, key);
    }
    return key;
  }

  /** Whether the table is registered with this key: its capture sees to it then. */
  private static boolean isKept(Session session, TablePath path, List<String> key) {
    return EpochSchema.exists(session)
        && session
            .first(
                """
                SELECT key_columns
                FROM epoch.tables
                WHERE schema_name = $1 AND table_name = $2
                """,
                row -> List.of(row.getArrayOfStrings("key_columns")),
                path.schema(),
                path.table())
            .filter(key::equals)
            .isPresent();
  }

  private static void requireToldApart(
      Session session, TablePath path, long table, List<String> key) {
    String columns = String.join(", ", key);
    boolean partitioned =
        session
            .first(
                "SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = $1::bigint::oid",
                row -> row.getBoolean(0),
                table)
            .orElse(false);
    if (partitioned) {
      throw new NoPrimaryKeyException(
          "Nothing makes (" + columns + ") unique and not null in the partitioned table " + path,
          alter(path) + " ADD PRIMARY KEY (" + Quote.identifiers(key) + ")");
    }
    List<String> quoted = key.stream().map(Quote::identifier).toList();
    String live = Quote.qualified(path.schema(), path.table());
    if (finds(
        session, "FROM %s WHERE %s IS NULL".formatted(live, String.join(" IS NULL OR ", quoted)))) {
      throw new NoPrimaryKeyException(
          "The key (" + columns + ") is null in rows of " + path,
          "Name columns that every row has");
    }
    if (finds(
        session,
        "FROM %s GROUP BY %s HAVING count(*) > 1".formatted(live, String.join(", ", quoted)))) {
      throw new NoPrimaryKeyException(
          "Several rows of " + path + " have the same (" + columns + ")",
          "Name columns that tell all rows apart");
    }
  }

  private static boolean finds(Session session, String from) {
    return session
        .first("SELECT EXISTS (SELECT " + from + ")", row -> row.getBoolean(0))
        .orElseThrow();
  }

  private static String alter(TablePath path) {
    return "ALTER TABLE " + Quote.qualified(path.schema(), path.table());
  }

  private static List<UniqueSet> uniqueSets(Session session, long table) {
    return session.list(
        UNIQUE_SETS,
        row ->
            new UniqueSet(List.of(row.getArrayOfStrings("columns")), row.getBoolean("is_primary")),
        table);
  }
}
