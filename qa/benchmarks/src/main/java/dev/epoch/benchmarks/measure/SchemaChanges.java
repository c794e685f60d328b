package dev.epoch.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Schemas over REST: a thousand tables introspected, hashed and compared, and commits of changed
 * columns of a table of many rows.
 */
public final class SchemaChanges implements Measure {

  private static final int TABLES = 1000;
  private static final int CHANGED = 10;
  private static final int ROUNDS = 5;

  @Override
  public String id() {
    return "schema-changes";
  }

  @Override
  public String description() {
    return "a thousand tables, their schemas and branches, and commits of DDL on a large one";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    List<Figure> figures = new ArrayList<>(thousandTables(workbench));
    figures.addAll(largeTable(workbench));
    return figures;
  }

  private List<Figure> thousandTables(Workbench workbench) throws Exception {
    String[] tables = IntStream.range(0, TABLES).mapToObj(i -> "t" + i).toArray(String[]::new);
    Repository repository =
        workbench.repository(
            "thousand_tables",
            IntStream.range(0, TABLES)
                .mapToObj(i ->
                    ("CREATE TABLE t%d (id int PRIMARY KEY, name text NOT NULL UNIQUE,"
                            + " price numeric(10, 2) DEFAULT 0 CHECK (price >= 0), made timestamptz)")
                        .formatted(i))
                .toArray(String[]::new));
    repository.register(Arrays.copyOf(tables, TABLES - ROUNDS));
    int[] next = {TABLES - ROUNDS};
    Latency registration = times(ROUNDS, () -> {}, () -> repository.register(tables[next[0]++]));
    record(repository);
    List<Figure> sessions = sessions(repository);
    Latency first = times(1, () -> {}, () -> changes(repository, "live=true", 0));
    Latency again =
        times(ROUNDS, () -> alter(repository), () -> changes(repository, "live=true", CHANGED));
    record(repository);
    Latency diff =
        times(ROUNDS, () -> {}, () -> changes(repository, "base=main~1&target=main", CHANGED));
    return List.of(
        value(
            "registration of a table beside 1,000, with a commit",
            Goal.atMost(500, 100),
            registration),
        sessions.getFirst(),
        sessions.getLast(),
        value("live schema of 1,000 tables, nothing changed", Goal.atMost(3_000, 1_000), first),
        value("the same after each of them 10 tables changed", Goal.atMost(200, 50), again),
        value("diff of two recorded schemas, 10 tables differ", Goal.atMost(50, 10), diff));
  }

  private List<Figure> sessions(Repository repository) throws Exception {
    repository.branch("used");
    Latency first = times(1, () -> {}, () -> repository.session("used").close());
    Latency later = times(ROUNDS, () -> {}, () -> repository.session("used").close());
    // views of tables that were not opened in time hold the columns that are altered next
    repository.api().delete("/branches/used?force=true");
    return List.of(
        value("first session on a branch of 1,000 tables", Goal.atMost(10_000, 2_000), first),
        value("later sessions, while its tables are opened", Goal.atMost(1_000, 300), later));
  }

  private int altered;

  /** The same ten tables each time. */
  private void alter(Repository repository) throws SQLException {
    String type = altered++ % 2 == 0 ? "varchar(40)" : "varchar(80)";
    for (int i = 0; i < CHANGED; i++) {
      repository
          .database()
          .execute("ALTER TABLE t%d ALTER COLUMN name TYPE %s".formatted(i * 97, type));
    }
  }

  private static void record(Repository repository) throws IOException {
    repository
        .api()
        .post(
            "/commits",
            Api.json("branch", "main", "message", "schemas", "all", true, "include_schema", true));
  }

  private static void changes(Repository repository, String query, int expected)
      throws IOException {
    JsonNode diff = Api.parse(repository.api().get("/schema/diff?" + query));
    if ((diff.path("changes").size() == 0) != (expected == 0)) {
      throw new AssertionError("Expected " + expected + " changed tables: " + diff);
    }
  }

  private List<Figure> largeTable(Workbench workbench) throws Exception {
    int rows = workbench.scale().largeRows();
    Repository repository =
        workbench.repository(
            "altered",
            "CREATE TABLE wide (id bigint PRIMARY KEY, value int NOT NULL, gone int)",
            "INSERT INTO wide SELECT i, 0, 0 FROM generate_series(1, %d) AS i".formatted(rows));
    repository.register("wide");
    repository.settle();
    List<Figure> figures = new ArrayList<>();
    Goal goal = Goal.atMost(1_000, 100);
    for (String change :
        List.of(
            "ADD COLUMN status text DEFAULT 'new'",
            "RENAME COLUMN value TO amount",
            "DROP COLUMN gone")) {
      Latency commit =
          times(
              1,
              () -> repository.database().execute("ALTER TABLE wide " + change),
              () -> repository.commit("main"));
      figures.add(
          value(
              "commit of %s, %,d rows".formatted(change.substring(0, change.indexOf(' ')), rows),
              goal,
              commit));
    }
    repository.branch("changed");
    repository.api().post("/branches/changed/open", Api.json("tables", List.of("wide")));
    for (String change :
        List.of(
            "ADD COLUMN note text DEFAULT 'none'",
            "RENAME COLUMN amount TO total",
            "DROP COLUMN status")) {
      Latency commit =
          times(
              1,
              () -> repository.execute("changed", "ALTER TABLE wide " + change),
              () -> repository.commit("changed"));
      figures.add(
          value(
              "commit of %s on a branch".formatted(change.substring(0, change.indexOf(' '))),
              goal,
              commit));
    }
    return figures;
  }

  private Figure value(String variant, Goal goal, Latency times) {
    return Figure.value(id(), variant, "ms", goal, times.p50(), times);
  }

  private static Latency times(int rounds, Operation prepare, Operation operation)
      throws Exception {
    Histogram times = Latency.histogram();
    for (int i = 0; i < rounds; i++) {
      prepare.run();
      long begin = System.nanoTime();
      operation.run();
      times.recordValue(System.nanoTime() - begin);
    }
    return Latency.of(times);
  }
}
