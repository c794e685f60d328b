package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.migration.DdlService.Done;
import dev.epoch.gateway.migration.DdlService.Tried;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.ContentSum;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowHasher;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.schema.migration.Hazard;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.schema.SchemaMigrations.State;
import dev.epoch.storage.schema.SchemaMigrations.StepProgress;
import dev.epoch.storage.state.RowQuery;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** DDL on live tables that Epoch runs. */
@Tag("postgres-versions")
class DdlIT {
  private TestServer test;
  private String first;

  @BeforeEach
  void start() throws Exception {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text, price numeric, paid int)",
        "INSERT INTO t VALUES (1, 'a', 1.5, 10), (2, 'b', 2, NULL), (3, 'c', NULL, 30)");
    test.register("t");
    first = test.commit("main", "first").commit().id();
    test.branch("x", "main");
    test.onBranch("x", "UPDATE t SET price = 20 WHERE id = 2");
    test.commit("x", "on x");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private static DdlService.Request request(String sql, boolean force, String key) {
    return new DdlService.Request(null, null, sql, force, DdlService.USUAL, key);
  }

  private Done run(String sql, boolean force) {
    return test.server().ddl().run(state(), request(sql, force, null));
  }

  private RepositoryState state() {
    return test.repository().state();
  }

  private List<String> rows(String ref) {
    CommitState commit = new References(state(), state().defaultBranch()).commit(ref);
    Snapshot snapshot = Snapshot.of(state(), commit, ref);
    RowHasher hasher = new RowHasher(snapshot.table("t").handle().schema());
    ContentSum sum = new ContentSum();
    List<String> lines = new ArrayList<>();
    try (RowStream<Row> rows = test.server().reads().rows(snapshot, "t", RowQuery.page(null, 99))) {
      rows.forEachRemaining(row -> {
        sum.add(hasher, row);
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
          fields.add(String.valueOf(row.get(i)));
        }
        lines.add(String.join(" ", fields));
      });
    }
    TableEntry entry = commit.tree().get("t");
    assertThat(sum.hash()).as("content of " + ref).isEqualTo(entry.contentHash());
    return lines;
  }

  @Test
  void whatADroppedColumnHadStaysInOldCommits() throws Exception {
    // given
    assertThatThrownBy(() -> run("ALTER TABLE t DROP price", false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("DROP COLUMN: t.price");
    test.database.execute("UPDATE t SET name = 'bb' WHERE id = 2");

    // when
    Done done = run("ALTER TABLE t DROP price; ALTER TABLE t ADD note text", true);

    // then, before the commit and after it
    assertThat(done.progress().state()).isEqualTo(State.DONE);
    assertThat(done.tables()).containsExactly("t");
    for (int i = 0; i < 2; i++) {
      assertThat(rows(first)).containsExactly("1 a 1.5 10", "2 b 2 null", "3 c null 30");
      assertThat(rows("x")).containsExactly("1 a 1.5 10", "2 b 20 null", "3 c null 30");
      test.onBranch("x", "SELECT name FROM t WHERE id = 1");
      if (i == 0) {
        test.database.execute("UPDATE t SET name = 'cc' WHERE id = 3");
        test.commit("main", "dropped");
      }
    }
    assertThat(rows("main")).containsExactly("1 a 10 null", "2 bb null null", "3 cc 30 null");

    // when
    test.database.execute("UPDATE t SET name = 'aa' WHERE id = 1", "DELETE FROM t WHERE id = 3");
    test.commit("main", "later");

    // then
    assertThat(rows(first)).containsExactly("1 a 1.5 10", "2 b 2 null", "3 c null 30");
    assertThat(rows("x")).containsExactly("1 a 1.5 10", "2 b 20 null", "3 c null 30");
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  @Test
  void whatANarrowerTypeTookStaysInOldCommits() {
    run("ALTER TABLE t ALTER price TYPE int", true);
    test.commit("main", "whole prices");

    assertThat(rows(first)).containsExactly("1 a 1.5 10", "2 b 2 null", "3 c null 30");
    assertThat(rows("main")).containsExactly("1 a 2 10", "2 b 2 null", "3 c null 30");
  }

  @Test
  void aNarrowerTypeIsNotGivenUnasked() {
    Done done = run("ALTER TABLE t ALTER price TYPE int", false);

    assertThat(done.progress().state()).isEqualTo(State.FAILED);
    assertThat(done.progress().steps().getFirst().error()).contains("t.price").contains("--force");
    assertThat(test.database.value("SELECT string_agg(price::text, ',' ORDER BY id) FROM t"))
        .isEqualTo("1.5,2");
  }

  @Test
  void whatACascadeTakesIsKeptToo() {
    // given
    test.database.execute(
        "ALTER TABLE t ADD doubled numeric GENERATED ALWAYS AS (price * 2) STORED");
    String second = test.commit("main", "second").commit().id();

    // when
    Done done = run("ALTER TABLE t DROP price CASCADE", true);
    test.commit("main", "without prices");

    // then
    assertThat(done.progress().state()).isEqualTo(State.DONE);
    assertThat(rows(second)).containsExactly("1 a 1.5 10 3.0", "2 b 2 null 4", "3 c null 30 null");
    assertThat(rows("main")).containsExactly("1 a 10", "2 b null", "3 c 30");
  }

  @Test
  void whatACascadeTakesOfTheLayersIsNotTaken() {
    // given
    test.database.execute("CREATE DOMAIN cents AS int", "ALTER TABLE t ADD due cents");
    test.commit("main", "second");

    // when
    Done done = run("DROP DOMAIN cents CASCADE", true);

    // then
    assertThat(done.progress().state()).isEqualTo(State.FAILED);
    assertThat(done.progress().steps().getFirst().error()).contains("CASCADE", "ALTER TABLE");
  }

  @Test
  void aRegisteredTableOrItsKeyIsNotTakenAway() {
    for (String sql :
        List.of("DROP TABLE t", "ALTER TABLE t RENAME TO u", "ALTER TABLE t DROP id")) {
      Done done = run("CREATE TABLE other (a int); " + sql, true);

      assertThat(done.progress().state()).as(sql).isEqualTo(State.FAILED);
      assertThat(done.tables()).isEmpty();
    }
    assertThat(rows("main")).hasSize(3);
  }

  @Test
  void aTrialChangesNothing() {
    Tried tried =
        test.server()
            .ddl()
            .tryOut(
                state(),
                request(
                    "CREATE INDEX CONCURRENTLY by_name ON public.t (name);"
                        + " ALTER TABLE t DROP price; ALTER TABLE t DROP price",
                    false,
                    null));

    assertThat(tried.tables()).containsExactly("t");
    assertThat(tried.trial().failure().orElseThrow().index()).isEqualTo(2);
    assertThat(tried.trial().failure().orElseThrow().message())
        .isEqualTo("column \"price\" of relation \"t\" does not exist");
    assertThat(tried.hazards()).extracting(Hazard::operation).contains("DROP COLUMN");
    assertThat(tried.sizes()).containsKey("t");
    assertThat(
            test.database.value(
                "SELECT count(*) FILTER (WHERE nspname LIKE 'epoch\\_trial%') || ' ' ||"
                    + " (SELECT count(*) FROM pg_indexes WHERE tablename = 't') FROM pg_namespace"))
        .isEqualTo("0 1");
    assertThat(rows("main")).hasSize(3);
  }

  @Test
  void theSameRequestRunsOnce() {
    DdlService.Request request = request("ALTER TABLE t ADD once int", false, "key-1");

    Done done = test.server().ddl().run(state(), request);
    Done again = test.server().ddl().run(state(), request);

    assertThat(again.progress()).isEqualTo(done.progress());
    assertThat(again.progress().steps())
        .extracting(StepProgress::state)
        .containsExactly(State.DONE);
    assertThatThrownBy(() ->
            test.server()
                .ddl()
                .run(state(), request("ALTER TABLE t ADD twice int", false, "key-1")))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("idempotency key");
  }

  @Test
  void anIndexIsMadeOnABranch() throws Exception {
    // given
    DdlService.Request onX =
        new DdlService.Request(
            "x",
            null,
            "CREATE INDEX ix_name ON t (name); CREATE INDEX CONCURRENTLY ix_price ON t (price)",
            false,
            DdlService.USUAL,
            null);

    // when
    assertThat(test.server().ddl().tryOut(state(), onX).trial().failure()).isEmpty();
    Done done = test.server().ddl().run(state(), onX);

    // then
    assertThat(done.progress().steps()).extracting(StepProgress::error).containsOnlyNulls();
    assertThat(done.progress().state()).isEqualTo(State.DONE);
    assertThat(done.tables()).containsExactly("t");
    assertThat(
            test.database.value(
                "SELECT count(*) || ' ' || count(*) FILTER (WHERE schemaname = 'public') FROM"
                    + " pg_indexes WHERE indexname IN ('ix_name', 'ix_price')"))
        .isEqualTo("2 0");
    assertThatThrownBy(() ->
            test.server()
                .ddl()
                .run(
                    state(),
                    new DdlService.Request(
                        "x",
                        null,
                        "ALTER TABLE public.t ADD a int",
                        false,
                        DdlService.USUAL,
                        null)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("mean the live tables");
  }

  @Test
  void aStatementOnABranchDoesNotReachLiveObjectsThatNobodyRegistered() throws Exception {
    // given
    test.database.execute(
        "CREATE TABLE plain (id int PRIMARY KEY, note text)",
        "CREATE INDEX by_note ON plain (note)",
        "CREATE VIEW shown AS SELECT * FROM plain",
        "CREATE SEQUENCE numbers",
        "CREATE TYPE mood AS ENUM ('glad')",
        "CREATE DOMAIN cents AS int",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    String before = liveObjects();
    for (String[] refused :
        new String[][] {
          {"ALTER TABLE plain ADD more int", "plain"},
          {"CREATE TABLE made (id int PRIMARY KEY); CREATE INDEX i ON plain (id)", "plain"},
          {"CREATE INDEX CONCURRENTLY i ON plain (id)", "plain"},
          {"ALTER TABLE t ADD plain int REFERENCES plain (id)", "plain"},
          {"DROP INDEX by_note", "by_note"},
          {"DROP TABLE plain CASCADE", "plain"},
          {"ALTER TABLE plain RENAME TO other", "plain"},
          {"DROP VIEW shown", "shown"},
          {"ALTER SEQUENCE numbers INCREMENT 5", "numbers"},
          {"ALTER TYPE mood ADD VALUE 'sad'", "mood"},
          {"ALTER DOMAIN cents SET DEFAULT 3", "cents"},
          {"ALTER FUNCTION one() STABLE", "one"},
          {"DROP FUNCTION one()", "one"},
          {"COMMENT ON TABLE plain IS 'what'", "plain"},
          {"GRANT SELECT ON plain TO PUBLIC", "plain"}
        }) {
      // when, then
      assertThat(
              catchThrowable(() ->
                  test.server()
                      .ddl()
                      .run(
                          state(),
                          new DdlService.Request(
                              "x", null, refused[0], true, DdlService.USUAL, null))))
          .as(refused[0])
          .isInstanceOf(QueryRefusedException.class)
          .hasMessageContaining("public." + refused[1]);
      assertThat(liveObjects()).as(refused[0]).isEqualTo(before);
    }
    Done done =
        test.server()
            .ddl()
            .run(
                state(),
                new DdlService.Request(
                    "x",
                    null,
                    "CREATE TABLE made (id serial PRIMARY KEY, m mood, n int DEFAULT one());"
                        + " ALTER TABLE t ADD m mood; CREATE INDEX ix_made ON made (n);"
                        + " CREATE VIEW seen AS SELECT plain.note FROM plain JOIN t ON true;"
                        + " CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2'",
                    false,
                    DdlService.USUAL,
                    null));
    assertThat(done.progress().steps()).extracting(StepProgress::error).containsOnlyNulls();
    assertThat(liveObjects()).isEqualTo(before);
  }

  /** Versions of all rows of catalogs about what is in the schema of the live tables. */
  private String liveObjects() throws Exception {
    return test.database.value(
        """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
          SELECT concat_ws(' ', c.relname, c.xmin, c.relacl,
            (SELECT string_agg(a.attnum || ':' || a.xmin, ',' ORDER BY a.attnum)
              FROM pg_attribute AS a WHERE a.attrelid = c.oid),
            (SELECT count(*) FROM pg_trigger AS g WHERE g.tgrelid = c.oid),
            obj_description(c.oid, 'pg_class'))
          FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> 't'
          UNION ALL SELECT concat_ws(' ', p.proname, p.xmin) FROM pg_proc AS p
          WHERE p.pronamespace = 'public'::regnamespace
          UNION ALL SELECT concat_ws(' ', y.typname, y.xmin, (SELECT count(*) FROM pg_enum AS e WHERE e.enumtypid = y.oid))
          FROM pg_type AS y WHERE y.typnamespace = 'public'::regnamespace AND y.typname <> 't'
          UNION ALL SELECT 'numbers ' || seqincrement FROM pg_sequence
          WHERE seqrelid = 'public.numbers'::regclass) AS o (line)
        """);
  }

  @Test
  void aTableOfABranchIsNotMoved() throws Exception {
    for (String sql :
        List.of(
            "ALTER TABLE t SET SCHEMA public",
            "CREATE TABLE other (id int PRIMARY KEY); ALTER TABLE t RENAME TO u; ALTER TABLE u SET SCHEMA public")) {
      assertThat(
              catchThrowable(() ->
                  test.server()
                      .ddl()
                      .run(
                          state(),
                          new DdlService.Request("x", null, sql, true, DdlService.USUAL, null))))
          .as(sql)
          .hasMessageContaining("public");
    }
    test.onBranch("x", "SELECT name FROM t", "UPDATE t SET name = 'still' WHERE id = 1");
    test.commit("x", "still t");
    assertThat(rows("x")).contains("1 still 1.5 10");
  }

  @Test
  void aTableOfABranchIsRenamed() {
    Done done =
        test.server()
            .ddl()
            .run(
                state(),
                new DdlService.Request(
                    "x",
                    null,
                    "ALTER TABLE t RENAME TO u; CREATE TABLE t (id int PRIMARY KEY)",
                    true,
                    DdlService.USUAL,
                    null));

    assertThat(done.progress().steps()).extracting(StepProgress::error).containsOnlyNulls();
    test.server().workingSets().changes(state(), state().branch("x").orElseThrow());
    assertThat(test.server().workingSets().untracked(state(), state().branch("x").orElseThrow()))
        .containsExactlyInAnyOrder("t", "u");
    assertThat(rows("main")).hasSize(3);
  }

  @Test
  void oneChangeGoesToSeveralBranches() {
    // given
    test.branch("y", "main");
    test.database.execute("CREATE INDEX ix_name ON t (name)");

    // when
    List<DdlService.Outcome> outcomes =
        test.server()
            .ddl()
            .runOnEach(
                state(),
                new DdlService.Request(
                    null, null, "CREATE INDEX ix_name ON t (name)", false, DdlService.USUAL, null),
                List.of());

    // then
    assertThat(outcomes.getFirst().done().progress().state()).isEqualTo(State.FAILED);
    assertThat(outcomes).extracting(DdlService.Outcome::branch).containsExactly("main", "x", "y");
  }

  @Test
  void openTablesAreNoDriftOfTheirBranch() throws Exception {
    // given tables with all that an open table cannot have
    test.database.execute(
        "CREATE TABLE child (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label serial,"
            + " t int REFERENCES t (id), v int) WITH (fillfactor = 70)",
        "COMMENT ON TABLE child IS 'of t'",
        "GRANT SELECT ON child TO PUBLIC");
    test.register("child");
    test.commitSchema("main", "With its schema");
    test.branch("y", "main");

    // when
    test.onBranch(
        "y", "SELECT epoch.open_table('child')", "INSERT INTO child (t, v) VALUES (1, 1)");

    // then
    assertThat(statuses("y")).containsExactly("child SYNCED", "t SYNCED");
    test.onBranch("y", "CREATE INDEX ix_v ON child (v)");
    assertThat(statuses("y")).containsExactly("child DRIFTED", "t SYNCED");
    assertThat(statuses("main")).containsExactly("child SYNCED", "t SYNCED");
  }

  private List<String> statuses(String branch) {
    return test
        .server()
        .schemaStatus()
        .of(state(), state().branch(branch).orElseThrow(), List.of())
        .stream()
        .map(status -> status.table().name() + " " + status.live())
        .toList();
  }
}
