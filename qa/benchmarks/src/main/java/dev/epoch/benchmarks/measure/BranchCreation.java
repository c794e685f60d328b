package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.SizedTables;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;

/** Branches made over REST, in a repository of a few rows and in one of many. */
public final class BranchCreation implements Measure {

  private static final int BLOCK = 10;

  private int made;

  @Override
  public String id() {
    return "branch-create";
  }

  @Override
  public String description() {
    return "a new branch, with few and with many rows registered";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    SizedTables tables = SizedTables.of(workbench);
    Repository large = tables.large().repository();
    Repository small = tables.thousand().repository();
    Pairs sizes =
        workbench.scale().interleaved(BLOCK).run(() -> branch(small), () -> branch(large));
    large.database().execute("CREATE TABLE plain_branch (name text PRIMARY KEY, head text)");
    try (Connection session = large.database().connect();
        PreparedStatement insert =
            session.prepareStatement("INSERT INTO plain_branch VALUES (?, 'head')")) {
      Pairs time =
          workbench
              .scale()
              .interleaved(BLOCK)
              .run(
                  () -> {
                    insert.setString(1, "b" + made++);
                    insert.executeUpdate();
                  },
                  () -> branch(large));
      return List.of(
          Figure.ratio(id(), "many rows / few rows", Goal.atMost(1.2, 1.1), sizes)
              .note(
                  "raw is Epoch with few rows: 11,000 against %,d"
                      .formatted(tables.large().rows())),
          Figure.time(id(), "many rows", Goal.atMost(10, 5), time)
              .note("raw is the INSERT of one row"));
    }
  }

  private void branch(Repository repository) throws Exception {
    repository.branch("branch-" + made++);
  }
}
