package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.SizedTables;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;

/** Verbs over REST that move no rows, so that each is one append to the log. */
public final class ShortVerbs implements Measure {

  private static final int BLOCK = 10;

  private int made;

  @Override
  public String id() {
    return "short-verbs";
  }

  @Override
  public String description() {
    return "a tag, a soft reset, and a stash of nothing, against the insert of a row";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository = SizedTables.of(workbench).thousand().repository();
    repository.branch("soft");
    repository.database().execute("CREATE TABLE plain_verbs (name text PRIMARY KEY, head text)");
    List<Figure> figures = new ArrayList<>();
    try (Connection session = repository.database().connect();
        PreparedStatement insert =
            session.prepareStatement("INSERT INTO plain_verbs VALUES (?, 'head')")) {
      Operation row =
          () -> {
            insert.setString(1, "v" + made++);
            insert.executeUpdate();
          };
      figures.add(
          figure(
              workbench,
              "tag",
              row,
              () ->
                  repository
                      .api()
                      .post("/tags", Api.json("name", "tag-" + made++, "target", "main"))));
      figures.add(
          figure(
              workbench,
              "reset --soft",
              row,
              () ->
                  repository
                      .api()
                      .post("/branches/soft/reset", Api.json("target", "soft", "mode", "soft"))));
      figures.add(figure(workbench, "stash of nothing", row, () -> stashNothing(repository)));
    }
    return figures;
  }

  private Figure figure(Workbench workbench, String verb, Operation row, Operation operation)
      throws Exception {
    return Figure.time(
            id(),
            verb,
            Goal.atMost(10, 5),
            workbench.scale().interleaved(BLOCK).run(row, operation))
        .note("raw is the INSERT of one row");
  }

  /** The refusal is the answer. */
  private static void stashNothing(Repository repository) {
    try {
      repository.api().post("/stashes", Api.json("branch", "soft", "message", "nothing"));
    } catch (IOException nothingToStash) {
      if (!nothingToStash.getMessage().contains("NothingToCommitError")) {
        throw new IllegalStateException(nothingToStash);
      }
      return;
    }
    throw new IllegalStateException("There was something to stash");
  }
}
