package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.BranchState;
import dev.epoch.gateway.merge.MergeService;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.postgres.ddl.PostgresDialect;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views, functions, triggers and what else stands beside tables come with merges. */
class ObjectMergeIT extends SchemaScene {
  private static final String OPEN = "SELECT epoch.open_table('t')";

  private static final String[] REPORTING = {
    OPEN,
    "ALTER TABLE t ADD note text DEFAULT 'none'",
    "CREATE FUNCTION twice(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'",
    "CREATE TYPE size AS ENUM ('small', 'large')",
    "CREATE FUNCTION size_of(numeric) RETURNS size LANGUAGE sql AS"
        + " $$ SELECT CASE WHEN $1 > 2 THEN 'large' ELSE 'small' END::size $$",
    "ALTER TABLE t ADD fit size DEFAULT 'small'",
    "CREATE VIEW noted AS SELECT id, note, twice(price) AS double, size_of(price) AS size FROM t",
    "COMMENT ON VIEW noted IS 'with notes'",
    "CREATE VIEW large AS SELECT id FROM noted WHERE size = 'large'",
    "CREATE MATERIALIZED VIEW total AS SELECT sum(price) AS price FROM t",
    "CREATE UNIQUE INDEX one_total ON total (price)",
    "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
        + " $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$",
    "COMMENT ON COLUMN t.note IS 'why'",
    "CREATE TRIGGER shouting BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION shout()",
  };

  @Test
  void aMergeBringsWhatTheBranchHasMade() throws SQLException {
    // given
    test.onBranch("x", REPORTING);
    test.onBranch("x", "UPDATE t SET note = 'first' WHERE id = 1");
    test.commitSchema("x", "reporting");
    test.database.execute("UPDATE t SET price = 5 WHERE id = 3");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT * FROM noted ORDER BY id"))
        .containsExactly(
            "id=1 note=first double=2 size=small",
            "id=2 note=none double=4 size=small",
            "id=3 note=none double=10 size=large");
    assertThat(live("SELECT * FROM large")).containsExactly("id=3");
    assertThat(live("SELECT * FROM total")).containsExactly("price=8");
    test.database.execute("INSERT INTO t (id, name, price) VALUES (4, 'd', 1)");
    assertThat(live("SELECT name FROM t WHERE id = 4")).containsExactly("name=D");
    assertThat(differences("main", "x")).isEmpty();
    assertRecorded("x");
  }

  @Test
  void objectsAloneAreBroughtToo() throws SQLException {
    // given
    test.onBranch("x", "CREATE VIEW dear AS SELECT id FROM t WHERE price > 1");
    assertThat(unrecorded("x")).containsExactly("view public.dear");
    assertThat(unrecorded("main")).isEmpty();
    test.commitSchema("x", "a view");
    assertThat(unrecorded("x")).isEmpty();

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT * FROM dear ORDER BY id")).containsExactly("id=2", "id=3");
    assertThat(rows("main")).hasSize(3);
    assertThat(commit("main").id()).isEqualTo(commit("x").id());
    assertRecorded("main");
  }

  /** What was tested on the branch is what is merged. */
  @Test
  void aTriggerFunctionThatABranchReplacesIsCalledThereAndMerged() throws SQLException {
    // given
    test.database.execute(
        "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN NEW.name := 'live'; RETURN NEW; END $$",
        "CREATE TRIGGER marking BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION mark()");
    test.commitSchema("main", "marks");
    test.branch("y", "main");

    // when
    test.onBranch(
        "y",
        OPEN,
        "CREATE OR REPLACE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN NEW.name := 'branch'; RETURN NEW; END $$");
    test.onBranch("y", "INSERT INTO t (id, price) VALUES (10, 1)");

    // then
    assertThat(unrecorded("y")).containsExactly("function public.mark()");
    test.commitSchema("y", "another mark");
    assertThat(unrecorded("y")).isEmpty();
    assertThat(rows("y")).contains("id=10 name=branch price=1");
    test.database.execute("INSERT INTO t (id, price) VALUES (11, 1)");

    // when
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    test.database.execute("INSERT INTO t (id, price) VALUES (12, 1)");

    // then
    assertThat(live("SELECT id, name FROM t WHERE id > 10 ORDER BY id"))
        .containsExactly("id=11 name=live", "id=12 name=branch");
    test.onBranch("y", "SELECT epoch.close_table('t')", OPEN);
    assertThat(unrecorded("y")).isEmpty();
  }

  @Test
  void othersVersionsStayAndDropsAreMerged() throws SQLException {
    // given
    test.database.execute(
        "CREATE VIEW kept AS SELECT id FROM t", "CREATE VIEW changed AS SELECT id FROM t");
    test.onBranch("x", "CREATE VIEW mine AS SELECT name FROM t");
    test.commitSchema("x", "mine");
    test.merge("x", "main");
    test.branch("y", "main");
    test.onBranch("y", "CREATE VIEW changed AS SELECT id, name FROM t");
    test.commitSchema("y", "changed");
    test.database.execute("CREATE OR REPLACE VIEW kept AS SELECT id, name FROM t");
    test.commitSchema("main", "kept");

    // when
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT * FROM kept WHERE id = 1")).containsExactly("id=1 name=a");
    assertThat(live("SELECT * FROM changed WHERE id = 1")).containsExactly("id=1 name=a");
    assertThat(live("SELECT * FROM mine ORDER BY name"))
        .containsExactly("name=a", "name=b", "name=c");
  }

  @Test
  void aViewThatTheBranchDropsAgainIsNotBrought() throws SQLException {
    // given
    test.onBranch("x", "CREATE VIEW dear AS SELECT id FROM t");
    test.commitSchema("x", "a view");
    test.onBranch("x", "DROP VIEW dear", "CREATE VIEW cheap AS SELECT id FROM t");
    test.commitSchema("x", "another");

    // when
    test.merge("x", "main");

    // then
    assertThat(
            live(
                "SELECT count(*) AS views FROM pg_views WHERE schemaname = 'public' AND viewname IN ('dear', 'cheap')"))
        .containsExactly("views=1");
  }

  @Test
  void whatBothSidesChangedIsRefusedUnlessAStrategySaysWhichHolds() throws SQLException {
    // given
    test.onBranch("x", "CREATE VIEW v AS SELECT id FROM t");
    test.commitSchema("x", "v");
    test.database.execute("CREATE VIEW v AS SELECT name FROM t");
    test.commitSchema("main", "another v");

    // when, then
    assertThatThrownBy(() -> test.merge("x", "main"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("view public.v");
    assertThat(live("SELECT * FROM v ORDER BY name")).containsExactly("name=a", "name=b", "name=c");
  }

  @Test
  void whatReadsATableThatNobodyVersionsStaysOnTheBranch() throws SQLException {
    // given
    test.onBranch(
        "x",
        OPEN,
        "CREATE TABLE scratch (id int PRIMARY KEY)",
        "CREATE VIEW scratched AS SELECT * FROM scratch",
        "CREATE VIEW dear AS SELECT id FROM t WHERE price > 2",
        "UPDATE t SET name = 'A' WHERE id = 1");
    test.commitSchema("x", "views");

    // when
    test.merge("x", "main");

    // then
    assertThat(live("SELECT * FROM dear")).containsExactly("id=3");
    assertThat(
            live(
                "SELECT count(*) AS views FROM pg_views WHERE schemaname = 'public' AND viewname = 'scratched'"))
        .containsExactly("views=0");
  }

  @Test
  void theyGoFromBranchToBranchAndOnIntoMain() throws SQLException {
    // given
    test.branch("develop", "main");
    test.onBranch("develop", "UPDATE t SET price = 9 WHERE id = 2");
    test.commit("develop", "a price");
    test.onBranch("x", REPORTING);
    test.commitSchema("x", "reporting");

    // when
    assertThat(test.merge("x", "develop").conflicts()).isEmpty();

    // then
    assertThat(seen("develop", "SELECT * FROM large ORDER BY id")).containsExactly("id=2", "id=3");
    assertThat(seen("develop", "SELECT * FROM total")).containsExactly("price=13");
    assertThat(live("SELECT count(*) AS views FROM pg_views WHERE schemaname = 'public'"))
        .containsExactly("views=0");
    assertRecorded("develop");

    // when
    assertThat(test.merge("develop", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT * FROM large ORDER BY id")).containsExactly("id=2", "id=3");
  }

  @Test
  void aBranchBeginsWithWhatItsParentCommitted() throws SQLException {
    // given
    test.onBranch("x", REPORTING);
    test.commitSchema("x", "reporting");
    test.onBranch("x", "CREATE VIEW later AS SELECT id FROM t");

    // when
    test.branch("child", "x");

    // then
    assertThat(unrecorded("child")).isEmpty();
    assertThat(differences("x", "child")).noneMatch(sql -> !sql.contains("later"));
    test.onBranch("child", OPEN, "INSERT INTO t (id, name, price) VALUES (4, 'd', 9)");
    assertThat(
            seen(
                "child",
                "SELECT id, double FROM noted WHERE id IN (SELECT id FROM large) ORDER BY id"))
        .containsExactly("id=3 double=6", "id=4 double=18");
    assertThat(seen("child", "SELECT name FROM t WHERE id = 4")).containsExactly("name=D");
    assertThat(seen("child", "SELECT price FROM total")).containsExactly("price=6");
    assertThat(
            seen(
                "child",
                "SELECT col_description('t'::regclass, attnum::int) AS told FROM"
                    + " pg_attribute WHERE attrelid = 't'::regclass AND attname = 'note'"))
        .containsExactly("told=why");

    // when
    test.onBranch("child", "DROP VIEW large");
    test.commitSchema("child", "less");
    test.server().registrar().settle(test.repository(), true);
    test.merge("child", "main");

    // then
    assertThat(
            live(
                "SELECT count(*) AS n FROM pg_views WHERE viewname = 'large' AND schemaname = 'public'"))
        .containsExactly("n=0");
    assertThat(live("SELECT name FROM t WHERE id = 4")).containsExactly("name=D");
    test.database.execute("INSERT INTO t (id, name, price) VALUES (5, 'e', 1)");
    assertThat(live("SELECT name FROM t WHERE id = 5")).containsExactly("name=E");
  }

  @Test
  void whatStandsOnTablesGoesFromBranchToBranch() throws SQLException {
    // given
    test.branch("open", "main");
    test.onBranch("open", OPEN, "UPDATE t SET price = 9 WHERE id = 2");
    test.commit("open", "a price");
    test.branch("layered", "main");
    test.branch("fresh", "main");
    test.onBranch("x", REPORTING);
    test.onBranch(
        "x",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY dear ON t USING (twice(price) > 2)");
    test.commitSchema("x", "reporting");

    for (String target : List.of("open", "layered", "fresh")) {
      // when
      assertThat(test.merge("x", target).conflicts()).isEmpty();

      // then
      assertThat(differences("x", target)).as(target).isEmpty();
      test.onBranch(target, OPEN, "INSERT INTO t (id, name, price) VALUES (4, 'd', 1)");
      assertThat(seen(target, "SELECT name FROM t WHERE id = 4")).containsExactly("name=D");
      assertThat(
              seen(
                  target, "SELECT polname AS policy FROM pg_policy WHERE polrelid = 't'::regclass"))
          .containsExactly("policy=dear");
      assertThat(differences("x", target)).isEmpty();
      test.commit(target, "a row");
    }

    // when
    test.merge("layered", "main");

    // then
    assertThat(
            live(
                "SELECT tgname AS t FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname = 'shouting'"))
        .containsExactly("t=shouting");
  }

  @Test
  void whatNobodyHasRecordedIsShown() throws SQLException {
    // given
    test.onBranch("x", OPEN, "ALTER TABLE t ADD former int");
    test.commit("x", "a column");

    // when
    test.onBranch("x", REPORTING);
    test.onBranch("x", "ALTER TABLE t RENAME price TO cost");

    // then
    BranchState x = state().branch("x").orElseThrow();
    MigrationService.Sides sides =
        test.server()
            .migrations()
            .sides(
                state(),
                new MigrationService.Side.Committed(state().head(x)),
                new MigrationService.Side.Live(x));
    assertThat(
            new PostgresDialect()
                    .between(sides.before(), sides.after(), MigrationOptions.TRANSACTIONAL)
                    .up()
                    .stream()
                    .map(statement -> statement.sql().lines().findFirst().orElseThrow()))
        .contains(
            "ALTER TABLE public.t RENAME COLUMN price TO cost",
            "ALTER TABLE public.t ADD COLUMN note text DEFAULT 'none'::text",
            "COMMENT ON COLUMN public.t.note IS 'why'")
        .anyMatch(sql -> sql.startsWith("CREATE VIEW public.noted"))
        .anyMatch(sql -> sql.startsWith("CREATE TRIGGER shouting"))
        .noneMatch(sql -> sql.contains("former"));
  }

  @Test
  void whatAMergeWouldDoIsSaidAsItIsDone() throws SQLException {
    // given
    test.onBranch("x", "UPDATE t SET name = 'A' WHERE id = 1");
    test.commit("x", "a row");
    test.branch("wider", "x");
    test.onBranch("wider", OPEN, "ALTER TABLE t ADD note text");
    test.commit("wider", "a column");

    // then
    assertThat(foretold("x").fastForward()).isTrue();
    assertThat(foretold("wider").fastForward()).isTrue();
    assertThat(test.merge("x", "main").fastForward()).isTrue();
    assertThat(test.merge("wider", "main").fastForward()).isTrue();
  }

  private Merged foretold(String source) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                "main", source, null, null, TestServer.ALICE, null, false, false, true, null),
            TestServer.caller());
  }

  @Test
  void aBranchKeepsTheLiveOnesOfMain() throws SQLException {
    // given
    test.onBranch("x", "CREATE VIEW mine AS SELECT id FROM t");
    test.commitSchema("x", "mine");
    test.database.execute("CREATE VIEW dear AS SELECT id FROM t WHERE price > 1");
    test.commitSchema("main", "dear");

    // when
    assertThat(test.merge("main", "x").conflicts()).isEmpty();
    test.database.execute("CREATE OR REPLACE VIEW dear AS SELECT id FROM t WHERE price > 2");

    // then
    test.onBranch("x", "UPDATE t SET price = 7 WHERE id = 1");
    assertThat(seen("x", "SELECT * FROM dear ORDER BY id")).containsExactly("id=1", "id=3");
    assertThat(seen("x", "SELECT count(*) AS n FROM mine")).containsExactly("n=3");
  }

  @Test
  void theyBelongToTheOwnerOfTheTables() throws SQLException {
    // given
    test.database.executeAsSuperuser(
        "DO $$ BEGIN CREATE ROLE shop; EXCEPTION WHEN duplicate_object THEN END $$",
        "GRANT shop TO " + test.database.owner());
    test.database.executeAsSuperuser("ALTER TABLE t OWNER TO shop");
    test.onBranch("x", REPORTING);
    test.commitSchema("x", "reporting");
    test.branch("develop", "main");

    // when
    test.merge("x", "develop");
    test.merge("develop", "main");

    // then
    String owners =
        "SELECT DISTINCT r.rolname AS owner FROM pg_roles r JOIN (SELECT relowner AS id FROM pg_class"
            + " WHERE relname IN ('noted', 'large', 'total') UNION ALL SELECT proowner FROM pg_proc"
            + " WHERE proname IN ('twice', 'size_of') AND pronamespace = 'public'::regnamespace"
            + " UNION ALL SELECT typowner FROM pg_type WHERE typname = 'size' AND typnamespace ="
            + " 'public'::regnamespace) o ON o.id = r.oid";
    assertThat(
            live(
                owners.replace(
                    "WHERE relname", "WHERE relnamespace = 'public'::regnamespace AND relname")))
        .containsExactly("owner=shop");
    assertThat(live("SELECT * FROM total")).containsExactly("price=6");
  }

  @Test
  void aViewThatNeedsADroppedColumnIsToldWithItsStatement() throws SQLException {
    // given
    test.onBranch(
        "x", OPEN, "ALTER TABLE t ADD note text", "CREATE VIEW noted AS SELECT id, note FROM t");
    test.commitSchema("x", "a view");
    test.merge("x", "main");
    test.branch("y", "main");
    test.onBranch("y", OPEN, "ALTER TABLE t DROP COLUMN note CASCADE");
    test.commitSchema("y", "no notes");
    test.database.execute("UPDATE t SET price = 5 WHERE id = 3");

    // when, then
    assertThatThrownBy(() -> test.mergeDestructively("y", "main"))
        .isInstanceOfSatisfying(
            QueryRefusedException.class,
            e -> {
              assertThat(e)
                  .hasMessageContaining("noted")
                  .hasMessageContaining("\"note\" does not exist");
              assertThat(e.remedy()).startsWith("Change what refuses it");
            });
  }

  /** As managed databases have it: neither Epoch's role nor the application's owns the schema. */
  @OwnerIsNoSuperuser
  @Test
  void aRoleThatMayCreateThereIsEnough() throws SQLException {
    // given
    String app = test.database.role("app_" + test.database.name());
    String epoch = test.database.owner();
    test.database.executeAsSuperuser(
        "GRANT " + app + " TO " + epoch,
        "ALTER TABLE t OWNER TO " + app,
        "ALTER SCHEMA public OWNER TO postgres",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO " + app + ", " + epoch);
    test.onBranch("x", REPORTING);
    test.commitSchema("x", "reporting");

    // when, then
    assertThatThrownBy(() -> test.merge("x", "main"))
        .isInstanceOfSatisfying(
            PrivilegeException.class,
            e -> {
              assertThat(e).hasMessageContaining("changed by \"CREATE");
              assertThat(e).hasMessageContaining("permission denied for schema public");
              assertThat(e.remedy()).contains("CREATE ON SCHEMA public TO");
            });
    assertThat(test.server().storages().test(state(), test.database.name()).notes())
        .extracting(Problem::remedy)
        .containsExactly("GRANT CREATE ON SCHEMA public TO \"" + epoch + "\"")
        .allSatisfy(test.database::executeAsSuperuser);

    // when
    test.merge("x", "main");

    // then they are Epoch's, since the application's role may not have them there
    assertThat(live("SELECT tableowner AS owner FROM pg_tables WHERE tablename = 't'"))
        .containsExactly("owner=" + app);
    assertThat(
            live(
                "SELECT DISTINCT viewowner AS owner FROM pg_views WHERE viewname = 'noted' AND schemaname = 'public'"))
        .containsExactly("owner=" + epoch);
    try (Connection connection = test.database.connect(app);
        Statement session = connection.createStatement()) {
      session.execute("SELECT * FROM noted");
      session.execute("SELECT * FROM total");
    }
  }

  @Test
  void aRevertTakesThemAway() throws SQLException {
    // given
    test.onBranch("x", REPORTING);
    test.commitSchema("x", "reporting");
    test.database.execute("UPDATE t SET price = 5 WHERE id = 3");
    test.merge("x", "main");

    // when
    test.revertMerge("main", state().defaultBranch().head());

    // then
    assertThat(
            live(
                "SELECT count(*) AS views FROM pg_views WHERE schemaname = 'public' AND viewname IN ('noted', 'large')"))
        .containsExactly("views=0");
    assertThat(columns("main")).containsExactly("id", "name", "price");
    assertThat(live("SELECT price FROM t WHERE id = 3")).containsExactly("price=5");
  }

  private List<String> unrecorded(String branch) {
    return test
        .server()
        .schemas()
        .unrecorded(state(), state().branch(branch).orElseThrow())
        .stream()
        .map(id -> id.toString())
        .toList();
  }

  private List<String> differences(String from, String to) {
    return new PostgresDialect()
        .between(schema(from), schema(to), MigrationOptions.TRANSACTIONAL).up().stream()
            .map(statement -> statement.sql())
            .toList();
  }

  private DatabaseSchema schema(String branch) {
    String storage = state().storages().byName().keySet().iterator().next();
    return test.server().schemas().of(state(), state().branch(branch).orElseThrow(), storage);
  }
}
