package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.KeyedReads;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.util.List;
import java.util.Random;

/** One row by its key, half of the keys changed on the branch. */
public final class PointRead implements Measure {

  private static final Goal GOAL = Goal.atMost(1.2, 1.1);
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
    long[] turn = {0};
    return new KeyedReads(
            id(),
            GOAL,
            tables,
            workbench.scale().interleaved(BLOCK),
            () -> tables.key(random, turn[0]++),
            "SELECT * FROM item WHERE id = ?",
            key -> new long[] {key},
            key -> "/tables/item/records/" + key + "?")
        .figures();
  }
}
