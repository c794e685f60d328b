package dev.epoch.benchmarks.measure;

import static dev.epoch.benchmarks.ReadTables.FEW;
import static dev.epoch.benchmarks.ReadTables.FEW_COPIED;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Figure;
import dev.epoch.benchmarks.Goal;
import dev.epoch.benchmarks.Interleaved;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Pairs;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Random;

/**
 * One row by its key, half of the keys changed on the branch: against the live table in a session
 * of the same kind.
 */
public final class PointRead implements Measure {

  private static final Goal GOAL = Goal.atMost(1.2, 1.1);
  private static final String BY_KEY = "SELECT * FROM item WHERE id = ";
  private static final int BLOCK = 100;

  @Override
  public String id() {
    return "point-read";
  }

  @Override
  public String description() {
    return "one key on a branch with a thousandth of the rows changed";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    ReadTables tables = ReadTables.of(workbench);
    Random random = workbench.random(id());
    Interleaved plan = workbench.scale().interleaved(BLOCK);
    return List.of(
        Figure.ratio(id(), "JDBC, prepared", GOAL, prepared(tables, FEW, random, plan)),
        Figure.ratio(
            id(), "JDBC, prepared, materialized", GOAL, prepared(tables, FEW_COPIED, random, plan)),
        Figure.ratio(id(), "simple protocol (psql)", GOAL, simple(tables, FEW, random, plan)),
        Figure.ratio(
            id(),
            "simple protocol (psql), materialized",
            GOAL,
            simple(tables, FEW_COPIED, random, plan)),
        Figure.ratio(id(), "REST", GOAL, api(tables, random, plan))
            .note("raw is the live table through the same endpoint (ref=main, working=true)"));
  }

  private static Pairs prepared(ReadTables tables, String name, Random random, Interleaved plan)
      throws Exception {
    try (Connection raw = tables.repository().session("main");
        Connection branch = tables.repository().session(name);
        PreparedStatement rawQuery = Sql.prepare(raw, BY_KEY + "?");
        PreparedStatement branchQuery = Sql.prepare(branch, BY_KEY + "?")) {
      return plan.run(
          byKey(tables, random, key -> Sql.expect(1, Sql.rows(rawQuery, key))),
          byKey(tables, random, key -> Sql.expect(1, Sql.rows(branchQuery, key))));
    }
  }

  private static Pairs simple(ReadTables tables, String name, Random random, Interleaved plan)
      throws Exception {
    try (Connection raw = Sql.simple(tables.repository().database());
        Connection branch =
            tables.repository().on(Sql.simple(tables.repository().database()), name)) {
      return plan.run(
          byKey(tables, random, key -> Sql.expect(1, Sql.rows(raw, BY_KEY + key))),
          byKey(tables, random, key -> Sql.expect(1, Sql.rows(branch, BY_KEY + key))));
    }
  }

  private static Pairs api(ReadTables tables, Random random, Interleaved plan) throws Exception {
    Api api = tables.repository().api();
    return plan.run(
        byKey(
            tables,
            random,
            key -> api.get("/tables/item/records/" + key + "?ref=main&working=true")),
        byKey(tables, random, key -> api.get("/tables/item/records/" + key + "?ref=" + FEW)));
  }

  /** Something done with a key. */
  @FunctionalInterface
  private interface ByKey {
    void run(long key) throws Exception;
  }

  private static Operation byKey(ReadTables tables, Random random, ByKey operation) {
    long[] turn = {0};
    return () -> operation.run(tables.key(random, turn[0]++));
  }
}
