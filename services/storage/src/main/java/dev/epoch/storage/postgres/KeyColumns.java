package dev.epoch.storage.postgres;

import dev.epoch.events.table.Column;
import dev.epoch.storage.NoPrimaryKeyException;
import dev.epoch.storage.TablePath;
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
                    + " ADD PRIMARY KEY (<columns>); or name columns that are unique and not"
                    + " null when registering the table"))
        .columns();
  }

  /**
   * The columns that the user named. They must be not null, and the columns of a primary key,
   * unique constraint or unique index.
   */
  static List<String> given(
      Session session, TablePath path, long table, List<Column> columns, List<String> key) {
    for (String name : key) {
      Column column =
          columns.stream()
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new NoPrimaryKeyException(
                      "Table " + path + " has no column " + name + " for a primary key",
                      "Its columns are "
                          + String.join(", ", columns.stream().map(Column::name).toList())));
      if (column.nullable()) {
        throw new NoPrimaryKeyException(
            "Column " + name + " of " + path + " may be null, so it cannot be part of a key",
            alter(path) + " ALTER COLUMN " + Quote.identifier(name) + " SET NOT NULL");
      }
    }
    Set<String> wanted = new HashSet<>(key);
    boolean unique =
        wanted.size() == key.size()
            && uniqueSets(session, table).stream()
                .anyMatch(set -> wanted.equals(new HashSet<>(set.columns())));
    if (!unique) {
      throw new NoPrimaryKeyException(
          "Nothing makes (" + String.join(", ", key) + ") unique in table " + path,
          alter(path) + " ADD UNIQUE (" + Quote.identifiers(key) + ")");
    }
    return key;
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
