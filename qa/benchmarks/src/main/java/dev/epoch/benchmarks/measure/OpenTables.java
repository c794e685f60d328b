package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Chinook;
import dev.epoch.benchmarks.FreshSession;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.ReadTables;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Sql;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Pairs;
import dev.epoch.qa.process.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Open tables, the real tables of a branch: reads and writes of a session beside those of a table
 * without Epoch, and what it takes to open them.
 */
public final class OpenTables implements Measure {

  private static final Goal READS = Goal.atMost(1.05, 1.0);
  private static final Goal WRITES = Goal.atMost(1.3, 1.2);
  private static final int BLOCK = 100;
  private static final int RANGE = 1000;
  private static final int SLICES = 20;

  private int made;

  @Override
  public String id() {
    return "open-tables";
  }

  @Override
  public String description() {
    return "sessions on open tables of a branch, and opening them";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    List<Figure> figures = new ArrayList<>(chinook(workbench));
    int rows = workbench.scale().tableRows();
    Repository repository =
        workbench.repository(
            "open_tables",
            ReadTables.create("item"),
            ReadTables.create("plain"),
            ReadTables.fill("item", rows),
            ReadTables.fill("plain", rows));
    repository.register("item");
    repository.settle();
    figures.add(
        Figure.ratio(
                id(),
                "opening %,d rows".formatted(rows),
                Goal.atMost(3, 1.5),
                opening(workbench, repository))
            .note("raw is CREATE TABLE AS and the primary key"));
    repository.branch("open");
    open(repository, "open");
    repository.settle();
    try (Connection raw = repository.session("main");
        Connection session = repository.session("open")) {
      figures.add(oneKey(workbench, repository, rows));
      figures.addAll(reads(workbench, raw, session, rows));
      figures.addAll(writes(workbench, raw, session, rows));
    }
    return figures;
  }

  private List<Figure> chinook(Workbench workbench) throws Exception {
    Repository repository = Chinook.registered(workbench, "open_chinook");
    try (Connection raw = repository.database().connect();
        Connection session = repository.database().connect()) {
      Pairs first =
          workbench
              .scale()
              .interleaved(1)
              .run(
                  () -> Sql.rows(raw, "SELECT 1"),
                  Operation.prepared(
                      () -> {
                        repository.on(session, "main");
                        repository.branch("chinook-" + ++made);
                      },
                      () -> repository.on(session, "chinook-" + made)));
      Pairs later =
          workbench
              .scale()
              .interleaved(BLOCK)
              .run(() -> Sql.rows(raw, "SELECT 1"), () -> repository.on(session, "chinook-1"));
      return List.of(
          Figure.time(id(), "use_branch on Chinook, first time", Goal.atMost(500, 200), first)
              .note("opens its eleven tables; raw is SELECT 1"),
          Figure.time(id(), "use_branch on Chinook, later", Goal.atMost(5, 2), later)
              .note("raw is SELECT 1"));
    }
  }

  private Pairs opening(Workbench workbench, Repository repository) throws Exception {
    try (Connection raw = repository.session("main")) {
      return workbench
          .scale()
          .costly()
          .run(
              Operation.prepared(
                  () -> Database.execute(raw, "DROP TABLE IF EXISTS copied"),
                  () ->
                      Database.execute(
                          raw,
                          "CREATE TABLE copied AS SELECT * FROM plain",
                          "ALTER TABLE copied ADD PRIMARY KEY (id)")),
              Operation.prepared(
                  () -> repository.branch("opened-" + ++made),
                  () -> open(repository, "opened-" + made)));
    }
  }

  private static void open(Repository repository, String branch) throws Exception {
    repository
        .api()
        .post(
            "/branches/" + Repository.path(branch) + "/open", Api.json("tables", List.of("item")));
  }

  private Figure oneKey(Workbench workbench, Repository repository, int rows) throws Exception {
    Random random = workbench.random(id() + "-key");
    String sql = "SELECT * FROM %s WHERE id = ?";
    FreshSession.Use read = query -> Sql.expect(1, Sql.rows(query, 1 + random.nextInt(rows)));
    try (FreshSession raw =
            new FreshSession(
                () -> beginsLikeOpen(repository), sql.formatted("plain"), BLOCK, read);
        FreshSession open =
            new FreshSession(
                () -> repository.session("open"), sql.formatted("item"), BLOCK, read)) {
      return Figure.ratio(
              id(), "one key", READS, workbench.scale().interleaved(BLOCK).run(raw, open))
          .note(
              "each %d statements in sessions of their own, which all begin with use_branch"
                  .formatted(BLOCK));
    }
  }

  /**
   * A session without Epoch that took as long to begin as one on a branch. How far a session's
   * process and its client run from each other is settled while they begin, and is more than what
   * is measured: statements take 33 or 58 microseconds by it.
   */
  private static Connection beginsLikeOpen(Repository repository) throws Exception {
    Connection session = repository.session("open");
    Database.execute(session, "SET search_path = public");
    return session;
  }

  private List<Figure> reads(Workbench workbench, Connection raw, Connection session, int rows)
      throws Exception {
    Random random = workbench.random(id());
    String range = "SELECT * FROM %s WHERE id >= ? AND id < ?";
    String sums = "SELECT kind, count(*), sum(amount) FROM %s GROUP BY kind";
    try (PreparedStatement plainRange = Sql.prepare(raw, range.formatted("plain"));
        PreparedStatement openRange = Sql.prepare(session, range.formatted("item"))) {
      return List.of(
          Figure.ratio(
              id(),
              "range of " + RANGE,
              READS,
              workbench
                  .scale()
                  .interleaved(BLOCK)
                  .run(range(plainRange, random, rows), range(openRange, random, rows))),
          Figure.ratio(
              id(),
              "aggregate of all rows",
              READS,
              workbench
                  .scale()
                  .interleaved(1)
                  .run(
                      () -> Sql.rows(raw, sums.formatted("plain")),
                      () -> Sql.rows(session, sums.formatted("item")))));
    }
  }

  private static Operation range(PreparedStatement query, Random random, int rows) {
    return () -> {
      long from = 1 + random.nextInt(rows - RANGE);
      Sql.expect(RANGE, Sql.rows(query, from, from + RANGE));
    };
  }

  private List<Figure> writes(Workbench workbench, Connection raw, Connection session, int rows)
      throws Exception {
    Random random = workbench.random(id() + "-writes");
    String update = "UPDATE %s SET amount = amount + 1 WHERE id = ?";
    try (PreparedStatement plain = session(raw, update, "plain");
        PreparedStatement item = session(session, update, "item")) {
      return List.of(
          Figure.ratio(
              id(),
              "update of one row",
              WRITES,
              workbench
                  .scale()
                  .interleaved(BLOCK)
                  .run(update(plain, random, rows), update(item, random, rows))),
          Figure.ratio(
                  id(),
                  "one update of %,d rows".formatted(rows / SLICES),
                  WRITES,
                  workbench
                      .scale()
                      .costly()
                      .run(slice(raw, "plain", rows), slice(session, "item", rows)))
              .note("rows that were not changed before"));
    }
  }

  private static PreparedStatement session(Connection session, String sql, String table)
      throws Exception {
    return Sql.prepare(session, sql.formatted(table));
  }

  private static Operation update(PreparedStatement update, Random random, int rows) {
    return () -> {
      update.setLong(1, 1 + random.nextInt(rows));
      update.executeUpdate();
    };
  }

  private static Operation slice(Connection session, String table, int rows) {
    int[] next = {0};
    return () ->
        Database.execute(
            session,
            "UPDATE %s SET amount = amount + 1 WHERE id %% %d = %d"
                .formatted(table, SLICES, next[0]++ % SLICES));
  }
}
