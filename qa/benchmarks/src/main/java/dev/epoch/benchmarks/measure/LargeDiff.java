package dev.epoch.benchmarks.measure;

import static dev.epoch.benchmarks.ReadTables.MANY;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.util.List;

/**
 * The changes of a tenth of a table, streamed over REST. Raw: a full join of the two states as
 * tables, streamed through a cursor.
 */
public final class LargeDiff implements Measure {

  private static final String RAW =
      """
      SELECT * FROM item AS before FULL JOIN item_many AS after USING (id)
      WHERE before IS DISTINCT FROM after
      """;

  @Override
  public String id() {
    return "diff-100k";
  }

  @Override
  public String description() {
    return "the diff of a tenth of a million rows, streamed as lines";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    ReadTables tables = ReadTables.of(workbench);
    int changed = tables.rows() / 10;
    try (Connection branch = tables.repository().session(MANY)) {
      Database.execute(
          branch,
          "CREATE TABLE public.item_many AS SELECT * FROM item",
          "ALTER TABLE public.item_many ADD PRIMARY KEY (id)",
          "ANALYZE public.item_many");
    }
    Api api = tables.repository().api();
    try (Connection session = tables.repository().session("main")) {
      Pairs pairs =
          workbench
              .scale()
              .interleaved(1)
              .run(
                  () -> Sql.expect(changed, Sql.stream(session, RAW)),
                  () -> Sql.expect(changed, api.countLines("/diff/item?base=main&target=" + MANY)));
      double rate = changed / (pairs.epoch().p50() / 1e3);
      return List.of(
          Figure.value(
              id(),
              "%,d rows, NDJSON".formatted(changed),
              "/s",
              Goal.atLeast(100_000, 300_000),
              rate,
              pairs.epoch()),
          Figure.ratio(id(), "against a full join", null, pairs));
    }
  }
}
