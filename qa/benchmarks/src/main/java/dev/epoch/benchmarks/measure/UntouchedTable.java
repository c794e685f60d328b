package dev.epoch.benchmarks.measure;

import static dev.epoch.benchmarks.ReadTables.UNTOUCHED;
import static dev.epoch.benchmarks.ReadTables.UNTOUCHED_COPIED;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Queries on a table that the branch has never changed: against the live table. */
public final class UntouchedTable implements Measure {

  private static final Goal GOAL = Goal.atMost(1.02, 1.0);
  private static final String BY_KEY = "SELECT * FROM item WHERE id = ";
  private static final String RANGE =
      "SELECT * FROM item WHERE id BETWEEN %1$s AND %1$s + 999 ORDER BY id";
  private static final List<String> LONG =
      List.of(
          "SELECT count(*) FROM item",
          "SELECT kind, count(*), sum(amount) FROM item GROUP BY kind ORDER BY kind",
          "SELECT id, amount FROM item ORDER BY amount DESC, id LIMIT 100");

  @Override
  public String id() {
    return "untouched";
  }

  @Override
  public String description() {
    return "queries on a table that the branch never changed";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    ReadTables tables = ReadTables.of(workbench);
    List<Figure> figures = new ArrayList<>();
    for (String branch : List.of(UNTOUCHED, UNTOUCHED_COPIED)) {
      sessions(workbench, tables, branch, figures);
    }
    Api api = tables.repository().api();
    String live = Api.json("sql", LONG.get(1), "ref", "main", "working", true);
    String committed = Api.json("sql", LONG.get(1), "ref", UNTOUCHED);
    figures.add(
        Figure.ratio(
                id(),
                UNTOUCHED + ", POST /query, GROUP BY",
                GOAL,
                workbench
                    .scale()
                    .interleaved(1)
                    .run(() -> api.post("/query", live), () -> api.post("/query", committed)))
            .note("raw is the live table through the same endpoint"));
    return figures;
  }

  private void sessions(Workbench workbench, ReadTables tables, String name, List<Figure> figures)
      throws Exception {
    Random random = workbench.random(id());
    try (Connection raw = tables.repository().session("main");
        Connection branch = tables.repository().session(name);
        PreparedStatement rawKey = Sql.prepare(raw, BY_KEY + "?");
        PreparedStatement branchKey = Sql.prepare(branch, BY_KEY + "?")) {
      long[] turn = {0};
      figures.add(
          Figure.ratio(
              id(),
              name + ", one key, prepared",
              GOAL,
              workbench
                  .scale()
                  .interleaved(200)
                  .run(
                      () -> Sql.rows(rawKey, tables.key(random, turn[0]++)),
                      () -> Sql.rows(branchKey, tables.key(random, turn[0]++)))));
      figures.add(
          Figure.ratio(
              id(),
              name + ", range of 1000",
              GOAL,
              workbench
                  .scale()
                  .interleaved(50)
                  .run(
                      () -> Sql.rows(raw, RANGE.formatted(tables.key(random, 0))),
                      () -> Sql.rows(branch, RANGE.formatted(tables.key(random, 0))))));
      for (String query : LONG) {
        figures.add(
            Figure.ratio(
                id(),
                name + ", " + query.replaceAll(" FROM.*(ORDER|GROUP)", " .. $1"),
                GOAL,
                workbench
                    .scale()
                    .interleaved(1)
                    .run(() -> Sql.rows(raw, query), () -> Sql.rows(branch, query))));
      }
    }
  }
}
