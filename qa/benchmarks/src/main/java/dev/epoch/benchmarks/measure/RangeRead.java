package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.KeyedReads;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.util.List;
import java.util.Random;

/** A thousand neighbouring keys, in their order. */
public final class RangeRead implements Measure {

  private static final Goal GOAL = Goal.atMost(1.1, 1.05);
  private static final int LENGTH = 1000;
  private static final int BLOCK = 50;

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
    return new KeyedReads(
            id(),
            GOAL,
            tables,
            workbench.scale().interleaved(BLOCK),
            () -> 1 + random.nextInt(tables.rows() - LENGTH),
            "SELECT * FROM item WHERE id BETWEEN ? AND ? ORDER BY id",
            key -> new long[] {key, key + LENGTH - 1},
            key -> "/tables/item/records?limit=" + LENGTH + "&after=" + key + "&")
        .figures();
  }
}
