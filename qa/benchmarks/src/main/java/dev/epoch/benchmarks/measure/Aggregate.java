package dev.epoch.benchmarks.measure;

import static dev.epoch.benchmarks.ReadTables.FEW;
import static dev.epoch.benchmarks.ReadTables.FEW_COPIED;
import static dev.epoch.benchmarks.ReadTables.MANY;
import static dev.epoch.benchmarks.ReadTables.MANY_COPIED;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Interleaved;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** An aggregate with GROUP BY over the whole table: against the live table. */
public final class Aggregate implements Measure {

  private static final String QUERY =
      "SELECT kind, count(*), sum(amount) FROM item GROUP BY kind ORDER BY kind";

  @Override
  public String id() {
    return "aggregate";
  }

  @Override
  public String description() {
    return "GROUP BY over the whole table, a thousandth and a tenth of the rows changed";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    ReadTables tables = ReadTables.of(workbench);
    Interleaved plan = workbench.scale().interleaved(1);
    List<Figure> figures = new ArrayList<>();
    for (String branch : List.of(FEW, FEW_COPIED, MANY, MANY_COPIED)) {
      Goal goal = branch.startsWith(FEW) ? Goal.atMost(1.1, 1.05) : Goal.atMost(1.4, 1.2);
      try (Connection raw = tables.repository().session("main");
          Connection session = tables.repository().session(branch)) {
        figures.add(
            Figure.ratio(
                id(),
                branch + ", JDBC",
                goal,
                plan.run(() -> Sql.rows(raw, QUERY), () -> Sql.rows(session, QUERY))));
        Database.execute(raw, "SET max_parallel_workers_per_gather = 0");
        Database.execute(session, "SET max_parallel_workers_per_gather = 0");
        figures.add(
            Figure.ratio(
                id(),
                branch + ", JDBC, one process",
                null,
                plan.run(() -> Sql.rows(raw, QUERY), () -> Sql.rows(session, QUERY))));
      }
      Api api = tables.repository().api();
      String live = Api.json("sql", QUERY, "ref", "main", "working", true);
      String committed = Api.json("sql", QUERY, "ref", branch);
      figures.add(
          Figure.ratio(
                  id(),
                  branch + ", POST /query",
                  goal,
                  plan.run(() -> api.post("/query", live), () -> api.post("/query", committed)))
              .note("raw is the live table through the same endpoint"));
    }
    return figures;
  }
}
