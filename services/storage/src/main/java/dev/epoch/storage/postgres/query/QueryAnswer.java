package dev.epoch.storage.postgres.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.catalog.TypeCatalog;
import dev.epoch.storage.postgres.catalog.TypeCatalog.TypeReference;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.query.QueryResult;
import dev.epoch.storage.query.QueryResult.ResultColumn;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.sqlclient.desc.ColumnDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads the rows of a statement that was found to read only: every value as the text that
 * PostgreSQL prints, then as JSON, as many rows and bytes as allowed.
 */
final class QueryAnswer {
  /** Types that the client knows by itself, under its names for them. */
  private static final Map<String, DataType> COMMON =
      Map.ofEntries(
          Map.entry("BOOL", DataType.of(Kind.BOOLEAN, "boolean")),
          Map.entry("INT2", DataType.of(Kind.INTEGER, "smallint")),
          Map.entry("INT4", DataType.of(Kind.INTEGER, "integer")),
          Map.entry("INT8", DataType.of(Kind.INTEGER, "bigint")),
          Map.entry("FLOAT4", DataType.of(Kind.FLOAT, "real")),
          Map.entry("FLOAT8", DataType.of(Kind.FLOAT, "double precision")),
          Map.entry("NUMERIC", DataType.of(Kind.DECIMAL, "numeric")),
          Map.entry("TEXT", DataType.of(Kind.TEXT, "text")),
          Map.entry("VARCHAR", DataType.of(Kind.TEXT, "character varying")),
          Map.entry("DATE", DataType.of(Kind.DATE, "date")),
          Map.entry("TIME", DataType.of(Kind.TIME, "time without time zone")),
          Map.entry("TIMESTAMP", DataType.of(Kind.TIMESTAMP, "timestamp without time zone")),
          Map.entry(
              "TIMESTAMPTZ", DataType.of(Kind.TIMESTAMP_WITH_ZONE, "timestamp with time zone")),
          Map.entry("INTERVAL", DataType.of(Kind.INTERVAL, "interval")),
          Map.entry("BYTEA", DataType.of(Kind.BYTES, "bytea")),
          Map.entry("UUID", DataType.of(Kind.UUID, "uuid")),
          Map.entry("JSON", DataType.of(Kind.JSON, "json")),
          Map.entry("JSONB", DataType.of(Kind.JSON_BINARY, "jsonb")));

  private final Session session;
  private final ValueCodec codec;
  private final long byteLimit;

  /**
   * @param byteLimit most bytes of text that all values together may have
   */
  QueryAnswer(Session session, ValueCodec codec, long byteLimit) {
    this.session = session;
    this.codec = codec;
    this.byteLimit = byteLimit;
  }

  /**
   * At most {@code limit} rows. Fails with {@link QueryRefusedException} if the first row alone is
   * too large.
   */
  QueryResult read(String sql, int limit) {
    List<ColumnDescriptor> described =
        session
            .rows("SELECT * FROM (\n" + sql + "\n) AS s LIMIT 0")
            .getDelegate()
            .columnDescriptors();
    if (described == null || described.isEmpty()) {
      throw new QueryRefusedException("The statement has no columns", null);
    }
    List<DataType> types = types(sql, described);
    List<ResultColumn> columns =
        IntStream.range(0, types.size())
            .mapToObj(i -> new ResultColumn(described.get(i).name(), types.get(i).name()))
            .toList();
    RowSet<Row> found = session.rows(limited(sql, types.size(), limit + 1L));
    List<List<JsonNode>> rows = new ArrayList<>(Math.min(found.size(), limit));
    for (Row row : found) {
      boolean tooLarge = row.getLong(types.size()) > byteLimit;
      if (tooLarge && rows.isEmpty()) {
        throw new QueryRefusedException(
            "A row of the answer is larger than " + byteLimit + " bytes", "Select fewer columns");
      }
      if (tooLarge || rows.size() == limit) {
        return new QueryResult(columns, rows, true);
      }
      rows.add(values(types, row));
    }
    return new QueryResult(columns, rows, false);
  }

  /** What EXPLAIN says, a line each row; in JSON, a document. */
  QueryResult plan(String explain, int limit) {
    List<List<JsonNode>> rows = new ArrayList<>();
    DataType type = COMMON.get("TEXT");
    for (Row row : session.rows(explain)) {
      Object line = row.getValue(0);
      if (line instanceof JsonArray document) {
        type = COMMON.get("JSON");
        line = document.encode();
      }
      rows.add(List.of(codec.toJson(type, line.toString())));
    }
    boolean truncated = rows.size() > limit;
    return new QueryResult(
        List.of(new ResultColumn("QUERY PLAN", type.name())),
        truncated ? rows.subList(0, limit) : rows,
        truncated);
  }

  private List<JsonNode> values(List<DataType> types, Row row) {
    List<JsonNode> values = new ArrayList<>(types.size());
    for (int i = 0; i < types.size(); i++) {
      values.add(codec.toJson(types.get(i), row.getString(i)));
    }
    return values;
  }

  private List<DataType> types(String sql, List<ColumnDescriptor> columns) {
    if (columns.stream().allMatch(column -> COMMON.containsKey(column.typeName()))) {
      return columns.stream().map(column -> COMMON.get(column.typeName())).toList();
    }
    int count = columns.size();
    String oids =
        numbered(count, "pg_catalog.pg_typeof(s.c%d)::pg_catalog.oid::pg_catalog.int8", ", ");
    // the LIMIT keeps the statement from running
    String select =
        """
        SELECT ARRAY[%s]
        FROM (SELECT) AS one
        LEFT JOIN LATERAL (
          SELECT * FROM (
        %s
          ) AS q
          LIMIT 0
        ) AS s (%s) ON TRUE
        """
            .formatted(oids, sql, numbered(count, "c%d", ", "));
    List<TypeReference> references =
        session
            .first(select, row -> Arrays.stream(row.getArrayOfLongs(0)))
            .orElseThrow()
            .map(TypeReference::of)
            .toList();
    TypeCatalog catalog = TypeCatalog.load(session, references);
    return references.stream().map(catalog::type).toList();
  }

  /**
   * The statement's rows as texts, and behind them the bytes of all rows so far; values beyond the
   * limit of bytes stay in the database.
   */
  private String limited(String sql, int count, long rows) {
    return """
    SELECT
      %s,
      w.bytes
    FROM (
      SELECT
        t.*,
        pg_catalog.sum(%s) OVER (ROWS UNBOUNDED PRECEDING)::pg_catalog.int8 AS bytes
      FROM (
        SELECT %s
        FROM (
    %s
        ) AS s (%s)
        LIMIT %d
      ) AS t
    ) AS w
    """
        .formatted(
            numbered(count, "CASE WHEN w.bytes <= " + byteLimit + " THEN w.c%1$d END", ", "),
            numbered(
                count, "coalesce(pg_catalog.octet_length(t.c%1$d), 0)::pg_catalog.int8", " + "),
            numbered(count, "s.c%1$d::pg_catalog.text AS c%1$d", ", "),
            sql,
            numbered(count, "c%d", ", "),
            rows);
  }

  private static String numbered(int count, String format, String separator) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(format::formatted)
        .collect(Collectors.joining(separator));
  }
}
