package dev.epoch.benchmarks;

import static dev.epoch.benchmarks.ReadTables.FEW;
import static dev.epoch.benchmarks.ReadTables.FEW_COPIED;

import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Reads of rows by keys: in sessions that prepare statements and in sessions that do not, on a
 * branch as it is and materialized, and over REST. Each is compared with the live table in a
 * session of the same kind, or through the same endpoint.
 *
 * @param keys where to read next
 * @param sql with a question mark for each parameter
 * @param parameters of a read at a key
 * @param path of a read at a key over REST, to which the ref is added
 */
public record KeyedReads(
    String id,
    Goal goal,
    ReadTables tables,
    Interleaved plan,
    LongSupplier keys,
    String sql,
    LongFunction<long[]> parameters,
    LongFunction<String> path) {

  private static final String RAW =
      "raw is the live table through the same endpoint (ref=main, working=true)";

  public List<Figure> figures() throws Exception {
    return List.of(
        Figure.ratio(id, "JDBC, prepared", goal, prepared(FEW)),
        Figure.ratio(id, "JDBC, prepared, materialized", goal, prepared(FEW_COPIED)),
        Figure.ratio(id, "simple protocol (psql)", goal, simple(FEW)),
        Figure.ratio(id, "simple protocol (psql), materialized", goal, simple(FEW_COPIED)),
        Figure.ratio(id, "REST", goal, api(FEW)).note(RAW),
        Figure.ratio(id, "REST, materialized", goal, api(FEW_COPIED)).note(RAW));
  }

  private Pairs prepared(String branch) throws Exception {
    try (Connection raw = tables.repository().session("main");
        Connection session = tables.repository().session(branch);
        PreparedStatement rawQuery = Sql.prepare(raw, sql);
        PreparedStatement query = Sql.prepare(session, sql)) {
      return plan.run(
          () -> some(Sql.rows(rawQuery, parameters.apply(keys.getAsLong()))),
          () -> some(Sql.rows(query, parameters.apply(keys.getAsLong()))));
    }
  }

  private Pairs simple(String branch) throws Exception {
    try (Connection raw = Sql.simple(tables.repository().database());
        Connection session =
            tables.repository().on(Sql.simple(tables.repository().database()), branch)) {
      return plan.run(
          () -> some(Sql.rows(raw, text(keys.getAsLong()))),
          () -> some(Sql.rows(session, text(keys.getAsLong()))));
    }
  }

  private Pairs api(String branch) throws Exception {
    Api api = tables.repository().api();
    return plan.run(
        () -> api.get(path.apply(keys.getAsLong()) + "ref=main&working=true"),
        () -> api.get(path.apply(keys.getAsLong()) + "ref=" + branch));
  }

  private String text(long key) {
    String text = sql;
    for (long parameter : parameters.apply(key)) {
      text = text.replaceFirst("\\?", Long.toString(parameter));
    }
    return text;
  }

  private static void some(long rows) {
    if (rows == 0) {
      throw new AssertionError("No rows");
    }
  }
}
