package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.SizedTables;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import java.util.List;

/** A thousand changes merged over REST into a small and into a large table; main has moved on. */
public final class SmallMerge implements Measure {

  private int made;

  @Override
  public String id() {
    return "merge-1k";
  }

  @Override
  public String description() {
    return "a merge of 1000 changes into a table of 10 thousand and into a large one";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    SizedTables tables = SizedTables.of(workbench);
    SizedTables.Sized large = tables.large();
    Pairs sizes = workbench.scale().interleaved(1).run(merge(tables.tenThousand()), merge(large));
    large
        .repository()
        .database()
        .execute(
            "CREATE TABLE plain (LIKE large INCLUDING ALL)",
            "INSERT INTO plain SELECT * FROM large",
            "ANALYZE plain");
    Pairs time =
        workbench
            .scale()
            .interleaved(1)
            .run(
                () -> large.repository().database().execute(large.changeThousand("plain")),
                merge(large));
    return List.of(
        Figure.ratio(id(), "large / small table", Goal.atMost(1.5, 1.2), sizes)
            .note("raw is Epoch's merge into 10,000 rows, against %,d".formatted(large.rows())),
        Figure.time(id(), "%,d rows".formatted(large.rows()), null, time)
            .note("raw is the UPDATE of the same rows"));
  }

  private Operation merge(SizedTables.Sized sized) {
    Repository repository = sized.repository();
    String[] branch = {""};
    return Operation.prepared(
        () -> {
          branch[0] = "merge-" + made++;
          repository.branchWith(branch[0], sized.changeThousand());
          repository
              .database()
              .execute("UPDATE " + sized.table() + " SET value = value - 1 WHERE id = 1");
          repository.commit("main");
        },
        () -> repository.merge(branch[0]));
  }
}
