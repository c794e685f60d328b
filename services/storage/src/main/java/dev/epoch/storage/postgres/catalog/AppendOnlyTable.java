package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.mutiny.sqlclient.Row;

/**
 * Which tables can be registered as append-only: those whose rows have nothing to be told apart by,
 * and that only statements on themselves change.
 */
final class AppendOnlyTable {
  /** The column that Epoch adds to the rows, in a table of its own. */
  static final Column ROW_ID =
      new Column(
          TableSchema.ROW_ID,
          TableSchema.ROW_ID,
          DataType.of(DataType.Kind.INTEGER, "bigint"),
          false,
          null,
          null,
          null);

  private static final String HINDRANCES =
      """
      SELECT
        c.relkind = 'p' AS partitioned,
        (
          SELECT x.relname::text
          FROM pg_catalog.pg_index i
          JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)
          ORDER BY 1
          LIMIT 1
        ) AS unique_index,
        (
          SELECT a.attname::text
          FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> ''
          ORDER BY a.attnum
          LIMIT 1
        ) AS generated_column,
        (
          SELECT f.conname::text
          FROM pg_catalog.pg_constraint f
          WHERE f.conrelid = c.oid AND f.contype = 'f'
            AND (f.confupdtype IN ('c', 'n', 'd') OR f.confdeltype IN ('c', 'n', 'd'))
          ORDER BY 1
          LIMIT 1
        ) AS foreign_key
      FROM pg_catalog.pg_class c
      WHERE c.oid = $1::bigint::oid
      """;

  private AppendOnlyTable() {}

  /** Fails with a {@link NotVersionableException} that says why the table cannot be append-only. */
  static void require(Session session, TablePath path, long table) {
    Row found = session.first(HINDRANCES, row -> row, table).orElseThrow();
    if (found.getBoolean("partitioned")) {
      throw new NotVersionableException(
          path
              + " is partitioned: partitions that are attached or detached bring or take rows"
              + " without a statement that could be followed",
          "Give it a primary key, or register a table that is not partitioned");
    }
    String index = found.getString("unique_index");
    if (index != null) {
      throw new NotVersionableException(
          path
              + " has the unique index or exclusion constraint "
              + index
              + ", which a branch of an append-only table would not keep",
          "Register it by its key: epoch table add, with --key <columns> where it has no primary"
              + " key");
    }
    String column = found.getString("generated_column");
    if (column != null) {
      throw new NotVersionableException(
          "Column "
              + column
              + " of "
              + path
              + " is computed by the database; append-only tables with such columns cannot be"
              + " versioned",
          "Compute it by a trigger or a view, or give the table a primary key");
    }
    String foreignKey = found.getString("foreign_key");
    if (foreignKey != null) {
      throw new NotVersionableException(
          "Foreign key "
              + foreignKey
              + " of "
              + path
              + " updates or deletes rows, and those of an append-only table stay as they are",
          "Make its actions NO ACTION, or register the table by a key: --key <columns>");
    }
  }
}
