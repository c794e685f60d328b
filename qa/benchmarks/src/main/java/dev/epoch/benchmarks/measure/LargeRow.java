package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Scale;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One changed row with a value of 50 MB, committed on the live table and merged into it, and how
 * long a writer of another row of the table waits meanwhile at most.
 */
public final class LargeRow implements Measure {

  private static final Goal WHOLE = Goal.atMost(3000, 1000);
  private static final Goal WAITING = Goal.atMost(1000, 250);

  /** Pieces of 32 digits. */
  private static final int PIECES = 1_600_000;

  private static final String PIECES_OF = "(SELECT %s FROM generate_series(%d, %d) AS i)";

  /** A column of the table, and how its value is put together. */
  private enum Kind {
    TEXT("string_agg(md5(i::text), '')", "body"),
    JSONB("jsonb_agg(md5(i::text))", "details");

    private final String aggregate;
    private final String column;

    Kind(String aggregate, String column) {
      this.aggregate = aggregate;
      this.column = column;
    }
  }

  private int turn;

  @Override
  public String id() {
    return "large-row";
  }

  @Override
  public String description() {
    return "commit and merge of one row of 50 MB";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "large_row",
            "CREATE TABLE document (id int PRIMARY KEY, n int NOT NULL, body text, details jsonb)",
            "INSERT INTO document (id, n) SELECT i, 0 FROM generate_series(1, 3) AS i");
    repository.register("document");
    int pieces = workbench.scale() == Scale.TINY ? PIECES / 50 : PIECES;
    List<Figure> figures = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      // twice: the first change has no large value before it
      for (String before : List.of("short", "large")) {
        String variant = "%s over a %s one, ".formatted(kind.name().toLowerCase(), before);
        repository.execute("main", change(kind, pieces));
        measure(
            figures,
            repository,
            variant + "commit",
            () -> {
              repository.commit("main");
              return null;
            });
      }
      String branch = "large-" + kind.column;
      repository.branchWith(branch, change(kind, pieces));
      measure(
          figures,
          repository,
          kind.name().toLowerCase() + " over a large one, merge",
          () -> repository.merge(branch));
    }
    return figures;
  }

  private String change(Kind kind, int pieces) {
    int from = pieces * turn++;
    return "UPDATE document SET "
        + kind.column
        + " = "
        + PIECES_OF.formatted(kind.aggregate, from + 1, from + pieces)
        + " WHERE id = 1";
  }

  private void measure(
      List<Figure> figures, Repository repository, String variant, Callable<?> operation)
      throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    long whole;
    long longest;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        Connection session = repository.session("main");
        PreparedStatement other =
            session.prepareStatement("UPDATE document SET n = n + 1 WHERE id = 2")) {
      other.executeUpdate();
      Future<Long> writer =
          executor.submit(() -> {
            long most = 0;
            while (!done.get()) {
              long begin = System.nanoTime();
              other.executeUpdate();
              most = Math.max(most, System.nanoTime() - begin);
            }
            return most;
          });
      long begin = System.nanoTime();
      try {
        operation.call();
        whole = System.nanoTime() - begin;
      } finally {
        done.set(true);
      }
      longest = writer.get();
    }
    figures.add(Figure.value(id(), variant, "ms", WHOLE, whole / 1e6, null));
    figures.add(
        Figure.value(id(), variant + ", a writer waits", "ms", WAITING, longest / 1e6, null));
  }
}
