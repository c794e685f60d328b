package dev.epoch.benchmarks;

import dev.epoch.benchmarks.measure.Aggregate;
import dev.epoch.benchmarks.measure.BranchCreation;
import dev.epoch.benchmarks.measure.CatalogSolves;
import dev.epoch.benchmarks.measure.CommandStart;
import dev.epoch.benchmarks.measure.CommitRate;
import dev.epoch.benchmarks.measure.EventAppend;
import dev.epoch.benchmarks.measure.FullScan;
import dev.epoch.benchmarks.measure.GatewayStatement;
import dev.epoch.benchmarks.measure.LargeCommit;
import dev.epoch.benchmarks.measure.LargeDiff;
import dev.epoch.benchmarks.measure.LargeHistoryStart;
import dev.epoch.benchmarks.measure.LargeMerge;
import dev.epoch.benchmarks.measure.LargeRow;
import dev.epoch.benchmarks.measure.LiveWrites;
import dev.epoch.benchmarks.measure.LogPages;
import dev.epoch.benchmarks.measure.OpenTables;
import dev.epoch.benchmarks.measure.PointRead;
import dev.epoch.benchmarks.measure.RangeRead;
import dev.epoch.benchmarks.measure.Replays;
import dev.epoch.benchmarks.measure.SchemaChanges;
import dev.epoch.benchmarks.measure.ServerStart;
import dev.epoch.benchmarks.measure.ShortVerbs;
import dev.epoch.benchmarks.measure.SmallMerge;
import dev.epoch.benchmarks.measure.UntouchedTable;
import dev.epoch.benchmarks.measure.reaction.EventStreams;
import dev.epoch.benchmarks.measure.reaction.PromotionRound;
import dev.epoch.benchmarks.measure.reaction.WebhookDelivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** All measures, in the order of the report. */
public final class Suite {

  private static final List<Measure> MEASURES =
      List.of(
          new BranchCreation(),
          new PointRead(),
          new RangeRead(),
          new FullScan(),
          new Aggregate(),
          new UntouchedTable(),
          new LiveWrites(),
          new OpenTables(),
          new GatewayStatement(),
          new SchemaChanges(),
          new CommitRate(),
          new LogPages(),
          new LargeCommit(),
          new ShortVerbs(),
          new SmallMerge(),
          new Replays(),
          new LargeMerge(),
          new LargeDiff(),
          new EventAppend(),
          new WebhookDelivery(),
          new EventStreams(),
          new PromotionRound(),
          new LargeRow(),
          new CatalogSolves(),
          new ServerStart(),
          new LargeHistoryStart(),
          new CommandStart());

  private Suite() {}

  /** All measures. */
  public static List<Measure> all() {
    return MEASURES;
  }

  /**
   * Measures by their ids, in the order of the report.
   *
   * @throws IllegalArgumentException when there is no measure of an id
   */
  public static List<Measure> named(List<String> ids) {
    Set<String> unknown = new TreeSet<>(ids);
    List<Measure> named = new ArrayList<>(MEASURES);
    named.removeIf(measure -> !unknown.remove(measure.id()) && !ids.contains(measure.id()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "No such measure: %s. There are: %s"
              .formatted(
                  String.join(", ", unknown),
                  MEASURES.stream().map(Measure::id).collect(Collectors.joining(", "))));
    }
    return named;
  }
}
