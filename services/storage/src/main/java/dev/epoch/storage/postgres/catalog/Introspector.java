package dev.epoch.storage.postgres.catalog;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.Constraint;
import dev.epoch.events.table.Index;
import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.TableStore.Introspection;
import dev.epoch.storage.postgres.catalog.TypeCatalog.TypeReference;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Session;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the shape of a table from the catalogs of PostgreSQL 14 to 18.
 *
 * <p>Expressions and definitions are as PostgreSQL prints them with an empty search path, so names
 * in them carry their schema. A column's id is what {@code epoch.table_columns} has for it, of a
 * table that is not registered its name.
 *
 * <p>Virtual generated columns (PostgreSQL 18) have no stored values, so they are no part of the
 * shape: neither rows nor branches have them. Constraint triggers are triggers, not constraints.
 * NOT NULL is a constraint of its own from PostgreSQL 18 on; before, only columns tell it.
 */
public final class Introspector {
  private static final String COLUMNS =
      """
      SELECT
        a.attnum::integer AS number,
        a.attname::text AS name,
        a.atttypid::bigint AS type,
        a.atttypmod AS modifier,
        NOT a.attnotnull AS nullable,
        CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END
          AS default_expression,
        CASE WHEN a.attgenerated = 's' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END
          AS generated_expression,
        CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity
      FROM pg_catalog.pg_attribute a
      LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = $1::bigint::oid
        AND a.attnum > 0
        AND NOT a.attisdropped
        AND a.attgenerated <> 'v'
      ORDER BY a.attnum
      """;

  private static final String CONSTRAINTS =
      """
      SELECT
        c.conname::text AS name,
        c.contype::text AS kind,
        pg_catalog.pg_get_constraintdef(c.oid) AS definition,
        ARRAY (
          SELECT a.attname::text
          FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
          ORDER BY k.place
        ) AS columns,
        rn.nspname::text AS references_schema,
        r.relname::text AS references_table,
        ARRAY (
          SELECT a.attname::text
          FROM unnest(c.confkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number
          ORDER BY k.place
        ) AS references_columns,
        c.condeferrable AS deferrable
      FROM pg_catalog.pg_constraint c
      LEFT JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
      LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
      WHERE c.conrelid = $1::bigint::oid
        AND c.contype IN ('p', 'u', 'f', 'c', 'x', 'n')
        -- what a foreign key to a partitioned table adds per partition
        AND NOT (c.contype = 'f' AND c.conparentid <> 0)
      ORDER BY c.conname
      """;

  private static final String INDEXES =
      """
      SELECT
        c.relname::text AS name,
        pg_catalog.pg_get_indexdef(i.indexrelid) AS definition,
        i.indisunique AS is_unique
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = $1::bigint::oid
        AND i.indisvalid
        AND NOT EXISTS (
          SELECT
          FROM pg_catalog.pg_constraint o
          WHERE o.conindid = i.indexrelid
            AND o.conrelid = i.indrelid
            AND o.contype IN ('p', 'u', 'x')
        )
      ORDER BY c.relname
      """;

  /** By the numbers of columns: names may have changed since. */
  private static final String IDENTITIES =
      """
      SELECT a.attname::text AS name, k.column_id, k.initial, k.filled
      FROM epoch.tables AS t
      JOIN epoch.table_columns AS k ON k.table_id = t.table_id
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = to_regclass($1) AND a.attnum = k.number
      WHERE t.schema_name = $2 AND t.table_name = $3 AND NOT a.attisdropped
      """;

  private Introspector() {}

  /**
   * Reads a table that can be versioned.
   *
   * @param primaryKey the key columns, empty for the table's own primary key, {@link
   *     TableSchema#ROW_ID} alone for a table whose rows get ids
   */
  public static Introspection introspect(Session session, TablePath path, List<String> primaryKey) {
    long table = VersionableTable.require(session, path);
    List<Column> columns = identified(session, path, columns(session, table));
    VersionableTable.requireColumns(path, columns);
    if (primaryKey.equals(List.of(TableSchema.ROW_ID))) {
      return appendOnly(session, path, table, columns);
    }
    List<String> key =
        primaryKey.isEmpty()
            ? KeyColumns.found(session, path, table)
            : KeyColumns.given(session, path, table, columns, primaryKey);
    TableSchema schema =
        new TableSchema(columns, key, constraints(session, table), indexes(session, table));
    return new Introspection(
        schema, estimatedRows(session, path, table), RaisedColumns.of(session, table, key));
  }

  /**
   * The schema of a table that is versioned, whatever privileges are left. Fails with {@link
   * dev.epoch.storage.error.TableNotFoundException}.
   *
   * @param key names of the key columns
   */
  static TableSchema schema(Session session, TablePath path, List<String> key) {
    long table = VersionableTable.find(session, path);
    List<Column> columns = new ArrayList<>(identified(session, path, columns(session, table)));
    if (key.equals(List.of(TableSchema.ROW_ID))) {
      columns.add(AppendOnlyTable.ROW_ID);
    }
    return new TableSchema(columns, key, constraints(session, table), indexes(session, table));
  }

  private static Introspection appendOnly(
      Session session, TablePath path, long table, List<Column> columns) {
    AppendOnlyTable.require(session, path, table);
    List<Column> withId = new ArrayList<>(columns);
    withId.add(AppendOnlyTable.ROW_ID);
    TableSchema schema =
        new TableSchema(
            withId,
            List.of(TableSchema.ROW_ID),
            constraints(session, table),
            indexes(session, table));
    return new Introspection(schema, estimatedRows(session, path, table));
  }

  /** In the order of their numbers; ids are names. */
  static List<Column> columns(Session session, long table) {
    record Found(Row row, TypeReference type) {}
    List<Found> found =
        session.list(
            COLUMNS,
            row ->
                new Found(row, new TypeReference(row.getLong("type"), row.getInteger("modifier"))),
            table);
    TypeCatalog types = TypeCatalog.load(session, found.stream().map(Found::type).toList());
    return found.stream()
        .map(column ->
            new Column(
                column.row().getString("name"),
                column.row().getString("name"),
                types.type(column.type()),
                column.row().getBoolean("nullable"),
                HomeNames.of(session, column.row().getString("default_expression")),
                HomeNames.of(session, column.row().getString("generated_expression")),
                column.row().getString("identity")))
        .toList();
  }

  /** With the ids that the columns of a registered table have, and what they began with. */
  private static List<Column> identified(Session session, TablePath path, List<Column> columns) {
    if (!EpochSchema.hasTableColumns(session)) {
      return columns;
    }
    Map<String, Row> known = new HashMap<>();
    session
        .list(
            IDENTITIES,
            row -> row,
            Quote.qualified(path.schema(), path.table()),
            path.schema(),
            path.table())
        .forEach(row -> known.put(row.getString("name"), row));
    return columns.stream()
        .map(column -> {
          Row row = known.get(column.name());
          return row == null
              ? column
              : new Column(
                  row.getString("column_id"),
                  column.name(),
                  column.type(),
                  column.nullable(),
                  column.defaultExpression(),
                  column.generatedExpression(),
                  column.identity(),
                  row.getString("initial"),
                  row.getBoolean("filled") ? true : null);
        })
        .toList();
  }

  static List<Constraint> constraints(Session session, long table) {
    return session
        .list(
            CONSTRAINTS,
            row ->
                new Constraint(
                    row.getString("name"),
                    kind(row.getString("kind")),
                    Arrays.asList(row.getArrayOfStrings("columns")),
                    row.getString("definition"),
                    row.getString("references_table") == null
                        ? null
                        : row.getString("references_schema")
                            + "."
                            + row.getString("references_table"),
                    Arrays.asList(row.getArrayOfStrings("references_columns")),
                    row.getBoolean("deferrable")),
            table)
        .stream()
        .map(constraint -> atHome(session, constraint))
        .toList();
  }

  /** What a key refers to has its own name for that. */
  private static Constraint atHome(Session session, Constraint constraint) {
    return constraint.kind() == Constraint.Kind.FOREIGN_KEY
        ? constraint
        : new Constraint(
            constraint.name(),
            constraint.kind(),
            constraint.columns(),
            HomeNames.of(session, constraint.definition()),
            constraint.referencesTable(),
            constraint.referencesColumns(),
            constraint.deferrable());
  }

  private static Constraint.Kind kind(String code) {
    return switch (code) {
      case "p" -> Constraint.Kind.PRIMARY_KEY;
      case "u" -> Constraint.Kind.UNIQUE;
      case "f" -> Constraint.Kind.FOREIGN_KEY;
      case "c" -> Constraint.Kind.CHECK;
      case "x" -> Constraint.Kind.EXCLUSION;
      case "n" -> Constraint.Kind.NOT_NULL;
      default -> throw new IllegalArgumentException("constraint type " + code);
    };
  }

  static List<Index> indexes(Session session, long table) {
    return session
        .list(
            INDEXES,
            row ->
                new Index(
                    row.getString("name"),
                    row.getString("definition"),
                    row.getBoolean("is_unique")),
            table)
        .stream()
        .map(index ->
            new Index(index.name(), HomeNames.of(session, index.definition()), index.unique()))
        .toList();
  }

  /** The planner's estimate: it knows of growth since the last ANALYZE, and of partitions. */
  private static long estimatedRows(Session session, TablePath path, long table) {
    long bytes =
        session
            .first(
                """
                SELECT pg_catalog.pg_relation_size($1::bigint::oid::regclass)
                  + coalesce(
                      (
                        SELECT sum(pg_catalog.pg_relation_size(p.relid))::bigint
                        FROM pg_catalog.pg_partition_tree($1::bigint::oid::regclass) p
                      ),
                      0
                    )
                """,
                row -> row.getLong(0),
                table)
            .orElse(0L);
    if (bytes == 0) {
      return 0;
    }
    String plan =
        "EXPLAIN (FORMAT JSON) SELECT FROM " + Quote.qualified(path.schema(), path.table());
    return session
        .first(plan, row -> new JsonArray(row.getValue(0).toString()))
        .map(explained -> explained.getJsonObject(0).getJsonObject("Plan").getLong("Plan Rows"))
        .orElse(0L);
  }
}
