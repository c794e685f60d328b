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
import java.util.List;

/** A thousand changes that are picked, taken back or moved over REST, against a merge of them. */
public final class Replays implements Measure {

  private int made;

  @Override
  public String id() {
    return "replay-1k";
  }

  @Override
  public String description() {
    return "a cherry-pick, a revert and a rebase of 1000 changes, against a merge of as many";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    SizedTables.Sized sized = SizedTables.of(workbench).tenThousand();
    return List.of(
        figure(workbench, sized, "cherry-pick", cherryPick(sized)),
        figure(workbench, sized, "revert", revert(sized)),
        figure(workbench, sized, "rebase", rebase(sized)));
  }

  private Figure figure(
      Workbench workbench, SizedTables.Sized sized, String verb, Operation operation)
      throws Exception {
    return Figure.ratio(
            id(),
            verb + " / merge",
            Goal.atMost(1.1, 1),
            workbench.scale().interleaved(1).run(merge(sized), operation))
        .note("raw is Epoch's merge of the same changes");
  }

  private Operation merge(SizedTables.Sized sized) {
    String[] branch = {""};
    return Operation.prepared(
        () -> branch[0] = diverged(sized), () -> sized.repository().merge(branch[0]));
  }

  private Operation cherryPick(SizedTables.Sized sized) {
    String[] branch = {""};
    return Operation.prepared(
        () -> branch[0] = diverged(sized),
        () -> post(sized.repository(), "main", "cherry-pick", "commit", branch[0]));
  }

  private Operation revert(SizedTables.Sized sized) {
    return Operation.prepared(
        () -> {
          sized.repository().database().execute(sized.changeThousand());
          sized.repository().commit("main");
        },
        () -> post(sized.repository(), "main", "revert", "commit", "main"));
  }

  private Operation rebase(SizedTables.Sized sized) {
    String[] branch = {""};
    return Operation.prepared(
        () -> branch[0] = diverged(sized),
        () -> post(sized.repository(), branch[0], "rebase", "onto", "main"));
  }

  /** A branch with a thousand changes; main has one of its own. */
  private String diverged(SizedTables.Sized sized) throws Exception {
    Repository repository = sized.repository();
    String branch = "replay-" + made++;
    repository.branchWith(branch, sized.changeThousand());
    repository
        .database()
        .execute("UPDATE " + sized.table() + " SET value = value - 1 WHERE id = 1");
    repository.commit("main");
    return branch;
  }

  private static void post(
      Repository repository, String branch, String verb, String field, String value)
      throws IOException {
    repository
        .api()
        .post("/branches/" + Repository.path(branch) + "/" + verb, Api.json(field, value));
  }
}
