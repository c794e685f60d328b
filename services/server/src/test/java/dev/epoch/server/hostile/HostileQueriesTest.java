package dev.epoch.server.hostile;

import static dev.epoch.server.hostile.Client.array;
import static dev.epoch.server.hostile.Client.object;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.server.DatabasesForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Statements that try to get out of {@code POST /query}: a list of known ways ({@link
 * QueryEscapes}), and random ones ({@link QueryGrammar}). Epoch is a superuser of the database
 * here, and the database holds functions that lie about themselves ({@link QueryTraps}): only
 * Epoch's own gates stand between a statement and the canary.
 */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class HostileQueriesTest {
  private Witness witness;
  private Client client;
  private QueryCases cases;
  private ErrorLog log;

  @BeforeEach
  void start() throws SQLException {
    DatabasesForTests.shop(
        "DROP TABLE IF EXISTS notes_of_queries",
        "CREATE TABLE notes_of_queries (k text PRIMARY KEY, v text)",
        "INSERT INTO notes_of_queries VALUES ('a', 'one'), ('b', 'two')");
    witness = Witness.start();
    DatabasesForTests.shop(QueryTraps.STATEMENTS.toArray(String[]::new));
    log = new ErrorLog();
    client = Client.inNewRepository("queries");
    client
        .post(
            "/tables",
            object()
                .put("name", "notes")
                // queries get half of them: each statement has the session of the one before
                .put("location", DatabasesForTests.location("public.notes_of_queries?pool_size=3")))
        .expect(201);
    client.post("/commits", object().put("message", "one").put("branch", "main")).expect(201);
    client.post("/branches", object().put("name", "side").put("checkout", false)).expect(201);
    client
        .post(
            "/tables/notes/records?branch=side",
            object().set("upsert", array().add(object().put("k", "b").put("v", "2"))))
        .expect(200);
    client.post("/commits", object().put("message", "two").put("branch", "side")).expect(201);
    client
        .post(
            "/tables/notes/records?branch=side",
            object().set("upsert", array().add(object().put("k", "b").put("v", "two"))))
        .expect(200);
    client.post("/commits", object().put("message", "three").put("branch", "side")).expect(201);
    witness.remember();
    cases = new QueryCases(client, witness, List.of("main", "side"));
  }

  @AfterEach
  void stop() throws SQLException {
    witness.close();
    client.delete("/tables/notes?force=true").expect(204, 200);
    DatabasesForTests.shop("DROP SCHEMA traps CASCADE");
  }

  @Test
  void knownEscapesAreRefused() {
    List<String> all = new ArrayList<>(QueryEscapes.REFUSED);
    all.addAll(QueryEscapes.HIDDEN);
    all.add("SELECT " + "(".repeat(50_000) + "1" + ")".repeat(50_000));
    all.add("SELECT 1" + " UNION SELECT 1".repeat(30_000));
    all.add("SELECT 1 AS " + "x".repeat(65_536) + " FROM canary");
    all.add("SELECT '" + "''; DELETE FROM canary; ".repeat(5_000));
    run("escapes", 2, all, cases::refused);
  }

  @Test
  void liesLeaveNoTrace() {
    run("lying functions", 2, QueryEscapes.WITHOUT_TRACE, cases::withoutTrace);
  }

  @Test
  void endlessStatementsAreStopped() {
    run("endless statements", 1, QueryEscapes.ENDLESS, cases::stopped);
  }

  @Test
  void someRandom() {
    random(100);
  }

  @Test
  @Tag("nightly")
  void moreRandom() {
    random(1_000);
  }

  @Test
  @Tag("long")
  void manyRandom() {
    random(20_000);
  }

  private interface Check {
    String run(String sql, int branch);
  }

  /**
   * Each statement, at the branches in turn.
   *
   * @param rounds 2 for each statement at each branch
   */
  private void run(String trial, int rounds, List<String> statements, Check check) {
    int size = statements.size();
    new Cases(trial, rounds * size)
        .run(
            (random, number) -> {
              int branch = number % size + number / size;
              return check.run(statements.get(number % size), branch);
            },
            this::errors);
    requireNoFault();
  }

  private void random(int count) {
    new Cases("random statements", count).run(cases::random, this::errors);
    requireNoFault();
  }

  /** Errors of PostgreSQL by code; 25006 are writes that only the read-only transaction stopped. */
  private String errors() {
    return "errors of PostgreSQL " + log.counts();
  }

  private void requireNoFault() {
    assertThat(log.ofClasses("XX", "53", "58")).isEmpty();
    witness.requireQuiet();
  }
}
