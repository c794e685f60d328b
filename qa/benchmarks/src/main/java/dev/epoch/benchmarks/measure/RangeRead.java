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

/** A thousand neighbouring keys, in their order: against the live table. */
public final class RangeRead implements Measure {

  private static final Goal GOAL = Goal.atMost(1.1, 1.05);
  private static final int LENGTH = 1000;
  private static final int BLOCK = 50;
  private static final String RANGE = "SELECT * FROM item WHERE id BETWEEN %s AND %s ORDER BY id";

  @Override
  public String id() {
    return "range-1000";
  }

  @Override
  public String description() {
    return "a range of 1000 keys on a branch with a thousandth of the rows changed";
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
    String sql = RANGE.formatted("?", "?");
    try (Connection raw = tables.repository().session("main");
        Connection branch = tables.repository().session(name);
        PreparedStatement rawQuery = Sql.prepare(raw, sql);
        PreparedStatement branchQuery = Sql.prepare(branch, sql)) {
      return plan.run(
          from(tables, random, key -> Sql.rows(rawQuery, key, key + LENGTH - 1)),
          from(tables, random, key -> Sql.rows(branchQuery, key, key + LENGTH - 1)));
    }
  }

  private static Pairs simple(ReadTables tables, String name, Random random, Interleaved plan)
      throws Exception {
    try (Connection raw = Sql.simple(tables.repository().database());
        Connection branch =
            tables.repository().on(Sql.simple(tables.repository().database()), name)) {
      return plan.run(
          from(tables, random, key -> Sql.rows(raw, RANGE.formatted(key, key + LENGTH - 1))),
          from(tables, random, key -> Sql.rows(branch, RANGE.formatted(key, key + LENGTH - 1))));
    }
  }

  private static Pairs api(ReadTables tables, Random random, Interleaved plan) throws Exception {
    Api api = tables.repository().api();
    String path = "/tables/item/records?limit=" + LENGTH + "&after=";
    return plan.run(
        from(tables, random, key -> api.get(path + key + "&ref=main&working=true")),
        from(tables, random, key -> api.get(path + key + "&ref=" + FEW)));
  }

  /** Something done from a key on. */
  @FunctionalInterface
  private interface From {
    void run(long key) throws Exception;
  }

  private static Operation from(ReadTables tables, Random random, From operation) {
    return () -> operation.run(1 + random.nextInt(tables.rows() - LENGTH));
  }
}
