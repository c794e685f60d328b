package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views that sessions make on a branch stay, whatever happens to the tables that they read. */
class OwnViewsIT extends SchemaScene {
  private static final String OPEN = "SELECT epoch.open_table('t')";
  private static final String CLOSE = "SELECT epoch.close_table('t')";
  private static final String DEAR = "SELECT * FROM dear ORDER BY 1";

  private void makeViews() throws SQLException {
    test.onBranch(
        "x",
        "CREATE VIEW dear (number, \"what For\") WITH (security_barrier) AS"
            + " SELECT id, name FROM t WHERE price > 1",
        "COMMENT ON COLUMN dear.number IS 'which'",
        "GRANT SELECT ON dear TO PUBLIC",
        "CREATE VIEW dearest AS SELECT max(number) AS number FROM dear",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER noted INSTEAD OF INSERT ON dear FOR EACH ROW EXECUTE FUNCTION note()",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM dearest",
        "CREATE UNIQUE INDEX by_number ON kept (number)");
  }

  /** What a session sees of the views, and how they are made. */
  private List<List<String>> views() throws SQLException {
    return List.of(
        seen("x", DEAR),
        seen("x", "SELECT * FROM dearest"),
        seen("x", "SELECT * FROM kept"),
        seen(
            "x",
            "SELECT c.relname, c.relkind, c.reloptions, c.relacl, col_description(c.oid, 1) AS of_first,"
                + " (SELECT string_agg(pg_get_triggerdef(g.oid), ' ') FROM pg_trigger g WHERE g.tgrelid = c.oid) AS triggers,"
                + " (SELECT string_agg(pg_get_indexdef(i.indexrelid), ' ') FROM pg_index i WHERE i.indrelid = c.oid) AS indexes"
                + " FROM pg_class c WHERE c.oid IN ('dear'::regclass, 'dearest'::regclass, 'kept'::regclass) ORDER BY 1"));
  }

  @Test
  void theyStayWhereTablesAreOpenedAndClosed() throws SQLException {
    // given
    test.onBranch("x", OPEN);
    makeViews();
    List<List<String>> before = views();
    assertThat(before.getFirst()).containsExactly("number=2 what For=b", "number=3 what For=c");

    // when, then
    test.onBranch("x", CLOSE);
    assertThat(views()).isEqualTo(before);
    test.onBranch("x", OPEN);
    assertThat(views()).isEqualTo(before);
  }

  @Test
  void theyReadWhatTheBranchHasFromItsFirstWriteOn() throws SQLException {
    test.onBranch("x", "SELECT epoch.close_table('t')");
    makeViews();
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SET epoch.open_tables_up_to = '0'");
      session.execute("SELECT epoch.use_branch('x')");

      // when
      session.execute("UPDATE t SET name = 'B' WHERE id = 2");

      // then
      try (var rows = session.executeQuery(DEAR)) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isEqualTo("B");
      }
    }
  }

  @Test
  void theyStayWhereTheLiveTableChanges() throws SQLException {
    // given
    test.onBranch("x", OPEN);
    makeViews();
    test.onBranch("x", "UPDATE t SET name = 'B' WHERE id = 2");
    List<List<String>> before = views();
    test.branch("y", "main");
    test.onBranch("y", OPEN, "ALTER TABLE t ADD note text", "ALTER TABLE t RENAME name TO label");
    test.commit("y", "columns");

    // when
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    test.database.execute("ALTER TABLE t ADD more int DEFAULT 1");
    test.commit("main", "more");

    // then
    assertThat(views()).isEqualTo(before);
    test.commit("x", "a row");
    assertThat(views()).isEqualTo(before);
  }

  @Test
  void aTableStaysOpenForAViewThatNeedsItsKey() throws SQLException {
    // given
    test.onBranch("x", OPEN, "CREATE VIEW grouped AS SELECT id, name, count(*) FROM t GROUP BY id");

    // when, then
    assertThatThrownBy(() -> test.onBranch("x", CLOSE)).hasMessageContaining("grouped");
    test.database.execute("ALTER TABLE t ADD more int DEFAULT 1");
    test.commit("main", "more");
    assertThat(seen("x", "SELECT * FROM grouped WHERE id = 2"))
        .containsExactly("id=2 name=b count=1");
  }

  @Test
  void oneThatCannotBeComesBackWhenItCan() throws SQLException {
    // given
    test.onBranch("x", OPEN, "CREATE VIEW prices AS SELECT id, price FROM t");
    test.branch("y", "main");
    test.onBranch("y", OPEN, "ALTER TABLE t DROP price");
    test.commit("y", "without prices");

    // when
    String before = state().branch("x").orElseThrow().head();
    assertThat(mergeDestructively("y", "x").conflicts()).isEmpty();

    // then
    assertThat(warnings("x")).singleElement().asString().contains("prices", "price");
    assertThat(seen("x", "SELECT * FROM t WHERE id = 1")).containsExactly("id=1 name=a");

    // when
    test.server().resets().hard(test.repository(), "x", before, null, TestServer.caller());

    // then
    assertThat(warnings("x")).isEmpty();
    assertThat(seen("x", "SELECT * FROM prices ORDER BY id"))
        .containsExactly("id=1 price=1", "id=2 price=2", "id=3 price=3");
  }

  private List<String> warnings(String branch) throws SQLException {
    List<String> said = new ArrayList<>();
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      for (SQLWarning one = session.getWarnings(); one != null; one = one.getNextWarning()) {
        if (one.getMessage().startsWith("The view")) {
          said.add(one.getMessage());
        }
      }
    }
    return said;
  }

  @Test
  void triggersPoliciesAndCommentsStayToo() throws SQLException {
    // given
    test.database.execute(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN RETURN NEW; END $$",
        "CREATE TRIGGER kept BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION keep()",
        "CREATE TRIGGER dropped BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION keep()",
        "CREATE POLICY everybody ON t USING (true)",
        "COMMENT ON COLUMN t.name IS 'what for'");
    test.onBranch(
        "x",
        OPEN,
        "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$",
        "CREATE TRIGGER shouting BEFORE INSERT OR UPDATE OF name ON t"
            + " FOR EACH ROW EXECUTE FUNCTION shout()",
        "DROP TRIGGER dropped ON t",
        "CREATE POLICY priced ON t FOR SELECT USING (price > 0)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "COMMENT ON COLUMN t.name IS 'loud'",
        "COMMENT ON TABLE t IS 'things'");
    List<String> before = parts();

    // when, then
    test.onBranch("x", CLOSE, OPEN);
    assertThat(parts()).isEqualTo(before).hasSize(7);
    test.onBranch("x", "INSERT INTO t VALUES (9, 'low', 1)");
    assertThat(seen("x", "SELECT name FROM t WHERE id = 9")).containsExactly("name=LOW");

    // when
    test.database.execute(
        "CREATE POLICY more ON t USING (true)", "ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    test.onBranch("x", "SELECT 1");

    // then
    assertThat(parts()).containsAll(before).anyMatch(part -> part.contains("more"));
  }

  private List<String> parts() throws SQLException {
    return seen(
        "x",
        "SELECT kind, name, statement FROM epoch.table_parts('t'::regclass) ORDER BY kind, name");
  }
}
