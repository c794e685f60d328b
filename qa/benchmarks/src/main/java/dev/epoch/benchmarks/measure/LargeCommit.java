package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.WriteTables;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.util.ArrayList;
import java.util.List;

/**
 * A commit of many rows over REST, on the live table and on a branch. Raw: the INSERT of as many
 * rows into a table with a primary key.
 */
public final class LargeCommit implements Measure {

  private static final int PART = 10;
  private static final String CHANGE =
      "UPDATE item SET amount = amount + 1 WHERE id > %d AND id <= %d";

  private int turn;

  @Override
  public String id() {
    return "commit-100k";
  }

  @Override
  public String description() {
    return "a commit of a tenth of a million rows";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    WriteTables tables = WriteTables.of(workbench);
    Repository repository = tables.repository();
    // Other measures may have left changes, or none.
    repository.execute("main", CHANGE.formatted(0, 1));
    repository.commit("main");
    repository.branch("large-commit");
    List<Figure> figures = new ArrayList<>();
    for (String branch : List.of("main", "large-commit")) {
      figures.add(
          Figure.time(
              id(),
              "%,d rows, %s".formatted(tables.rows() / PART, branch),
              Goal.atMost(2000, 1000),
              workbench.scale().costly().run(insert(tables), commit(tables, branch))));
    }
    return figures;
  }

  private Operation insert(WriteTables tables) {
    int size = tables.rows() / PART;
    return Operation.prepared(
        () ->
            tables
                .repository()
                .database()
                .execute(
                    "DROP TABLE IF EXISTS sink", "CREATE TABLE sink (LIKE plain INCLUDING ALL)"),
        () ->
            tables
                .repository()
                .database()
                .execute("INSERT INTO sink SELECT * FROM plain WHERE id <= " + size));
  }

  private Operation commit(WriteTables tables, String branch) {
    int size = tables.rows() / PART;
    return Operation.prepared(
        () -> {
          int from = turn++ % PART * size;
          tables.repository().execute(branch, CHANGE.formatted(from, from + size));
        },
        () -> tables.repository().commit(branch));
  }
}
