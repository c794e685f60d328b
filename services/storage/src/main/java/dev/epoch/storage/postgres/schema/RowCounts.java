package dev.epoch.storage.postgres.schema;

import dev.epoch.model.schema.impact.RowQuestion;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.postgres.connection.Session;
import dev.epoch.storage.postgres.connection.SqlErrors;
import io.vertx.pgclient.PgException;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Counts live rows that a change of the schema is about. */
final class RowCounts {
  private static final String LIMIT =
      "SET LOCAL statement_timeout = 60000; SET LOCAL lock_timeout = 2000";

  private static final Pattern PARTS = Pattern.compile("([a-z ]+?)(?:\\((\\d+)(?:,(-?\\d+))?\\))?");

  /** pg_input_is_valid is there from then on. */
  private static final int TELLS_VALID_INPUT = 160_000;

  private RowCounts() {}

  /**
   * The number of rows.
   *
   * @return empty if the database cannot tell: what is asked about is not there, or it takes too
   *     long
   */
  static OptionalLong count(Database database, RowQuestion question) {
    try {
      return OptionalLong.of(
          database.read(session -> {
            session.run(LIMIT);
            return session.first(sql(session, question), row -> row.getLong(0)).orElseThrow();
          }));
    } catch (RuntimeException failure) {
      PgException error = SqlErrors.serverError(failure);
      if (error == null) {
        throw failure;
      }
      return OptionalLong.empty();
    }
  }

  private static String sql(Session session, RowQuestion question) {
    String table = name(question.table());
    String from = "SELECT pg_catalog.count(*) FROM " + table + " AS t";
    return switch (question) {
      case RowQuestion.AllRows _ -> from;
      case RowQuestion.Values values -> from + " WHERE " + column(values.part()) + " IS NOT NULL";
      case RowQuestion.Nulls nulls ->
          has(session, table, nulls.part())
              ? from + " WHERE " + column(nulls.part()) + " IS NULL"
              : from;
      case RowQuestion.Unfit unfit ->
          from + " WHERE " + unfit(session, column(unfit.part()), unfit.type());
      case RowQuestion.Labels labels ->
          from + " WHERE " + column(labels.part()) + "::text = " + Quote.literal(labels.label());
      // unqualified names of columns are those of the only table
      case RowQuestion.Violations violations -> from + " WHERE NOT " + violations.expression();
      case RowQuestion.Duplicates duplicates -> duplicates(table, duplicates);
      case RowQuestion.Orphans orphans -> orphans(from, orphans);
    };
  }

  private static boolean has(Session session, String table, String column) {
    return session
        .first(
            """
            SELECT EXISTS (
              SELECT FROM pg_catalog.pg_attribute
              WHERE attrelid = pg_catalog.to_regclass($1) AND attname = $2 AND NOT attisdropped)
            """,
            row -> row.getBoolean(0),
            table,
            column)
        .orElse(false);
  }

  /** Values that are no values of the type, or others there. */
  private static String unfit(Session session, String value, String type) {
    Matcher parts = PARTS.matcher(type);
    String family = parts.matches() ? parts.group(1) : type;
    String first = parts.matches() ? parts.group(2) : null;
    String second = parts.matches() && parts.group(3) != null ? parts.group(3) : "0";
    String number = value + "::text::numeric";
    return switch (family) {
      case "text" -> "false";
      case "character varying", "character" ->
          first == null ? "false" : "pg_catalog.length(%s::text) > %s".formatted(value, first);
      case "smallint" -> integer(number, 15);
      case "integer" -> integer(number, 31);
      case "bigint" -> integer(number, 63);
      case "numeric" ->
          first == null
              ? valid(session, value, type)
              : "(pg_catalog.round(%1$s, %2$s) <> %1$s OR pg_catalog.abs(%1$s) >= 10::numeric ^ %3$d)"
                  .formatted(number, second, Integer.parseInt(first) - Integer.parseInt(second));
      default -> valid(session, value, type);
    };
  }

  private static String integer(String number, int bits) {
    return "(%1$s <> pg_catalog.trunc(%1$s) OR %1$s NOT BETWEEN -(2::numeric ^ %2$d) AND 2::numeric ^ %2$d - 1)"
        .formatted(number, bits);
  }

  private static String valid(Session session, String value, String type) {
    int version =
        session
            .first(
                "SELECT pg_catalog.current_setting('server_version_num')::integer",
                row -> row.getInteger(0))
            .orElseThrow();
    return version < TELLS_VALID_INPUT
        ? value + " IS NOT NULL"
        : "NOT pg_catalog.pg_input_is_valid(%s::text, %s)".formatted(value, Quote.literal(type));
  }

  private static String duplicates(String table, RowQuestion.Duplicates question) {
    String columns =
        question.columns().stream().map(RowCounts::column).collect(Collectors.joining(", "));
    String present =
        question.nullsToo()
            ? "true"
            : question.columns().stream()
                .map(column -> column(column) + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
    return """
    SELECT coalesce(pg_catalog.sum(g.n), 0)::bigint
    FROM (SELECT pg_catalog.count(*) AS n FROM %s AS t WHERE %s GROUP BY %s HAVING pg_catalog.count(*) > 1) AS g\
    """
        .formatted(table, present, columns);
  }

  private static String orphans(String from, RowQuestion.Orphans question) {
    List<String> here = question.columns();
    StringBuilder same = new StringBuilder();
    for (int i = 0; i < here.size(); i++) {
      same.append(i == 0 ? "" : " AND ")
          .append("r.")
          .append(Quote.identifier(question.referencedColumns().get(i)))
          .append(" = ")
          .append(column(here.get(i)));
    }
    String present =
        here.stream()
            .map(column -> column(column) + " IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    return from
        + " WHERE "
        + present
        + " AND NOT EXISTS (SELECT FROM "
        + name(question.referenced())
        + " AS r WHERE "
        + same
        + ")";
  }

  private static String column(String name) {
    return "t." + Quote.identifier(name);
  }

  private static String name(ObjectName name) {
    return Quote.qualified(name.schema(), name.name());
  }
}
