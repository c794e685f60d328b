package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import java.sql.SQLException;
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
    return Migration.between(schema(from), schema(to), MigrationOptions.TRANSACTIONAL).up().stream()
        .map(statement -> statement.sql())
        .toList();
  }

  private DatabaseSchema schema(String branch) {
    String storage = state().storages().byName().keySet().iterator().next();
    return test.server().schemas().of(state(), state().branch(branch).orElseThrow(), storage);
  }
}
