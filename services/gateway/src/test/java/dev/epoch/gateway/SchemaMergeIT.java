package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.stream.RefusedException;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Schemas are merged with rows, into branches and into live tables. */
class SchemaMergeIT extends SchemaScene {
  /** As one without conflicts is, which would overwrite them. */
  @Test
  void aMergeWithConflictsIsRefusedWhereASchemaIsNotCommitted() throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET name = 'x' WHERE id = 1");
    test.commit("x", "a name");
    test.database.execute("UPDATE t SET name = 'main' WHERE id = 1");
    test.commit("main", "another name");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD extra text");

    // when, then
    assertThatThrownBy(() -> test.merge("main", "x"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Branch 'x' has uncommitted changes in t");
    assertThat(state().branch("x").orElseThrow().merge()).isNull();

    // when, then
    test.commit("x", "a column");
    assertThat(test.merge("main", "x").conflicts()).containsOnlyKeys("t");
  }

  /** Its rows are asked whether they keep what it is by then. */
  @Test
  void aConstraintThatBecameAnotherOfItsNameIsMerged() throws Exception {
    // given
    test.database.execute("ALTER TABLE t ADD CONSTRAINT c1 CHECK (name <> '')");
    test.commit("main", "a check");
    for (String branch : List.of("good", "bad", "back")) {
      test.branch(branch, "main");
    }
    test.onBranch("good", "INSERT INTO t VALUES (20, 'good', 1)");
    test.commit("good", "a row");
    test.onBranch("bad", "INSERT INTO t VALUES (21, 'a', 1)");
    test.commit("bad", "the same name");
    test.onBranch(
        "back",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t DROP CONSTRAINT c1, ADD CONSTRAINT c1 UNIQUE (price, name)");
    test.commit("back", "another rule");

    // when
    assertThat(test.merge("back", "main").conflicts()).isEmpty();

    // then
    assertThatThrownBy(() -> test.database.execute("INSERT INTO t VALUES (22, 'a', 1)"))
        .hasMessageContaining("c1");
    assertThat(test.merge("main", "good").conflicts()).isEmpty();
    assertThat(rows("good")).contains("id=20 name=good price=1");
    assertThat(test.merge("main", "bad").conflicts()).containsOnlyKeys("t");
  }

  /**
   * Other branches keep the names that they have, whatever the layers know of the columns that
   * come.
   */
  @Test
  void aMergeIntoMainBringsAColumnOfABranchAndNames() throws Exception {
    // given
    for (String branch : List.of("y", "z")) {
      test.branch(branch, "main");
    }
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD own text",
        "ALTER TABLE t RENAME name TO label",
        "UPDATE t SET own = 'x' WHERE id = 1");
    test.commit("x", "a column and a name");
    test.onBranch("z", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD late text");
    test.commit("z", "a column");
    List<String> onY = seen("y", "SELECT * FROM t ORDER BY id");
    List<String> onZ = seen("z", "SELECT * FROM t ORDER BY id");

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(live("SELECT * FROM t WHERE id = 1")).containsExactly("id=1 label=a price=1 own=x");
    assertThat(seen("y", "SELECT * FROM t ORDER BY id")).isEqualTo(onY).isEqualTo(rows("y"));
    assertThat(seen("z", "SELECT * FROM t ORDER BY id")).isEqualTo(onZ).isEqualTo(rows("z"));

    // when
    assertThat(test.merge("z", "main").conflicts()).isEmpty();
    test.database.execute("ALTER TABLE t RENAME label TO title");
    test.commit("main", "another name");

    // then
    assertThat(seen("y", "SELECT * FROM t ORDER BY id")).isEqualTo(onY).isEqualTo(rows("y"));
    assertThat(seen("x", "SELECT * FROM t ORDER BY id")).isEqualTo(rows("x"));
    assertRecorded("y");
  }

  @Test
  void aLiveTableLosesAColumnOnlyIfThatIsAllowed() throws Exception {
    // given
    String added = columnAndRename();
    List<String> withExtra = rows("main");
    List<String> onX = rows("x");

    // when
    assertThatThrownBy(() -> revert("main", added, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("DROP COLUMN");

    // then
    assertThat(rows("main")).isEqualTo(withExtra);
    assertRecorded("main");

    // when
    String before = commit("main").id();
    Merged reverted = revert("main", added, true);

    // then
    assertThat(live("SELECT * FROM t ORDER BY id"))
        .containsExactly("id=1 label=a price=1", "id=2 label=b price=2", "id=3 label=c price=30");
    assertThat(rows("main")).isEqualTo(live("SELECT * FROM t ORDER BY id"));
    assertThat(reverted.result().message()).startsWith("Revert \"extra\"");
    assertRecorded("main");
    assertThat(rows(before)).isEqualTo(withExtra);
    assertThat(rows("x")).isEqualTo(onX);
    assertThat(working("x")).isEqualTo(onX);

    // when it is taken back, too
    revert("main", "HEAD", false);

    // then
    assertThat(live("SELECT id, label, price, extra FROM t ORDER BY id"))
        .containsExactly(
            "id=1 label=a price=1 extra=d",
            "id=2 label=b price=2 extra=e",
            "id=3 label=c price=30 extra=d");
    assertThat(rows(before)).isEqualTo(withExtra);
    assertRecorded("main");

    // when
    test.restart(Failpoints.NONE);

    // then
    assertThat(rows(before)).isEqualTo(withExtra);
    assertThat(rows("x")).isEqualTo(onX);
    test.database.execute("INSERT INTO t (id, label, price) VALUES (4, 'n', 4)");
    test.commit("main", "after");
    assertRecorded("main");
  }

  @Test
  void bothSidesChangeTheTableOfABranch() throws Exception {
    // given
    String added = columnAndRename();
    test.branch("y", "main");
    test.onBranch("y", "UPDATE t SET price = 11 WHERE id = 1");
    test.commit("y", "on y");

    // when
    revert("y", added, false);

    // then
    assertThat(columns("y")).containsExactly("id", "label", "price");
    assertThat(rows("y"))
        .containsExactly("id=1 label=a price=11", "id=2 label=b price=2", "id=3 label=c price=30");
    assertThat(columns("main")).containsExactly("id", "label", "price", "extra");
    assertRecorded("y");
    assertRecorded("main");
  }

  @Test
  void aBranchBringsItsSchemaToTheLiveTableWithRowsOfBoth() throws Exception {
    // given
    String added = columnAndRename();
    test.branch("y", "main");
    revert("y", added, false);
    test.onBranch(
        "y", "UPDATE t SET price = 11 WHERE id = 1", "INSERT INTO t (id, price) VALUES (9, 9)");
    test.commit("y", "on y");
    test.branch("z", "main");
    List<String> onZ = rows("z");
    test.database.execute(
        "ALTER TABLE t ADD later int DEFAULT 7",
        "UPDATE t SET label = 'live', later = 8 WHERE id = 1",
        "ALTER TABLE t RENAME price TO cost");
    test.commit("main", "on main");
    test.database.execute("UPDATE t SET label = 'uncommitted' WHERE id = 3");

    // when
    assertThatThrownBy(() -> test.merge("y", "main")).hasMessageContaining("DROP COLUMN");
    Merged merged = mergeDestructively("y", "main");

    // then
    assertThat(merged.liveCommit()).isNotNull();
    assertThat(columns(merged.liveCommit())).contains("extra", "later", "cost");
    assertThat(rows(merged.liveCommit())).contains("id=2 label=b cost=2 extra=e later=7");
    assertThat(live("SELECT * FROM t ORDER BY id"))
        .containsExactly(
            "id=1 label=live cost=11 later=8",
            "id=2 label=b cost=2 later=7",
            "id=3 label=uncommitted cost=30 later=7",
            "id=9 label=null cost=9 later=7");
    assertThat(rows("main")).isEqualTo(live("SELECT * FROM t ORDER BY id"));
    assertRecorded("main");
    assertThat(rows("z")).isEqualTo(onZ);
    assertThat(working("z")).isEqualTo(onZ);
  }

  @Test
  void aPartThatBothChangedIsDecided() throws Exception {
    // given
    test.database.execute("ALTER TABLE t RENAME name TO label");
    String renamed = test.commit("main", "label").commit().id();
    test.database.execute(
        "ALTER TABLE t RENAME label TO title", "UPDATE t SET title = 'z' WHERE id = 1");
    test.commit("main", "title");

    // when
    Merged open = revert("main", renamed, false);

    // then
    assertThat(open.conflicts()).containsEntry("t", 1L);
    assertThat(conflicts("main"))
        .singleElement()
        .asString()
        .startsWith("schema_schema  label ")
        .contains("column name")
        .contains("base=label")
        .contains("ours=title")
        .contains("theirs=name");
    assertThatThrownBy(() -> goOn("main")).isInstanceOf(RefusedException.class);
    assertThat(columns("main")).contains("title");

    // when
    resolve("main", "label", "theirs", Map.of());
    Merged merged = goOn("main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(live("SELECT * FROM t WHERE id = 1")).containsExactly("id=1 name=z price=1");
    assertRecorded("main");
  }

  @Test
  void aConstraintThatComesAsksRowsThatNobodyAsked() throws Exception {
    // given
    test.database.execute("ALTER TABLE t DROP CONSTRAINT positive");
    String dropped = test.commit("main", "no check").commit().id();
    test.database.execute("UPDATE t SET price = -5 WHERE id = 2");
    test.commit("main", "negative");

    // when
    Merged open = revert("main", dropped, false);

    // then
    assertThat(open.conflicts()).containsEntry("t", 1L);
    assertThat(conflicts("main"))
        .singleElement()
        .asString()
        .startsWith("constraint_violation 2 positive ");
    test.database.execute("INSERT INTO t VALUES (7, 'still', -7)", "DELETE FROM t WHERE id = 7");

    // when
    resolve("main", "positive", "value", Map.of("price", "5"));
    Merged merged = goOn("main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(live("SELECT * FROM t WHERE id = 2")).containsExactly("id=2 name=b price=5");
    assertThat(live("SELECT conname FROM pg_constraint WHERE conname = 'positive'")).hasSize(1);
    assertRecorded("main");
  }

  @Test
  void aSessionsSchemaComesToTheLiveTableWithRowsOfBoth() throws Exception {
    // given
    test.branch("y", "main");
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD phone text DEFAULT 'none'",
        "ALTER TABLE t RENAME name TO title",
        "UPDATE t SET phone = '1' WHERE id = 1",
        "INSERT INTO t (id, title, price) VALUES (9, 'nine', 9)");
    test.commit("y", "on y");
    List<String> onX = rows("x");
    test.database.execute(
        "ALTER TABLE t ADD later int DEFAULT 7",
        "UPDATE t SET price = 10, later = 8 WHERE id = 1",
        "UPDATE t SET name = 'bee' WHERE id = 2");
    test.commit("main", "on main");
    String before = commit("main").id();
    List<String> onMain = rows("main");

    // when
    Merged merged = test.merge("y", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(live("SELECT id, title, price, later, phone FROM t ORDER BY id"))
        .containsExactly(
            "id=1 title=a price=10 later=8 phone=1",
            "id=2 title=bee price=2 later=7 phone=none",
            "id=3 title=c price=3 later=7 phone=none",
            "id=9 title=nine price=9 later=7 phone=none");
    assertThat(columns("main")).containsExactlyInAnyOrder("id", "title", "price", "later", "phone");
    assertRecorded("main");
    assertThat(rows(before)).isEqualTo(onMain);
    assertThat(rows("x")).isEqualTo(onX);
    assertThat(rows("y")).contains("id=1 title=a price=1 phone=1");

    // when the branch gets what main has
    test.merge("main", "y");

    // then
    assertThat(rows("y")).containsExactlyInAnyOrderElementsOf(rows("main"));
    assertRecorded("y");
    test.onBranch("y", "UPDATE t SET later = 9 WHERE id = 3");
    test.commit("y", "later on y");
    test.merge("y", "main");
    assertThat(live("SELECT later FROM t WHERE id = 3")).containsExactly("later=9");
  }

  @Test
  void numberedColumnsComeToTheLiveTableWithTheirSequences() throws Exception {
    // given
    test.branch("y", "main");
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD n serial, ADD m bigint GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE t ADD UNIQUE (n)",
        "INSERT INTO t (id, name, price) VALUES (9, 'nine', 9)");
    test.commit("y", "on y");
    List<String> onX = rows("x");
    test.database.execute(
        "CREATE TABLE fired (id int)",
        "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS "
            + "'BEGIN INSERT INTO public.fired VALUES (NEW.id); RETURN NEW; END'",
        "INSERT INTO t VALUES (4, 'd', 4)");
    String before = test.commit("main", "on main").commit().id();
    test.database.execute(
        "INSERT INTO t VALUES (5, 'e', 5)",
        "CREATE TRIGGER fire AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.id > 3) EXECUTE FUNCTION fire()");

    // when
    Merged merged = test.merge("y", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertThat(live("SELECT id, n, m FROM t ORDER BY n"))
        .containsExactly(
            "id=1 n=1 m=1",
            "id=2 n=2 m=2",
            "id=3 n=3 m=3",
            "id=9 n=4 m=4",
            "id=4 n=5 m=5",
            "id=5 n=6 m=6");
    assertThat(
            live("SELECT pg_get_serial_sequence('t', 'n') s, pg_get_serial_sequence('t', 'm') i"))
        .containsExactly("s=public.t_n_seq i=public.t_m_seq");
    assertThat(live("SELECT * FROM fired")).isEmpty();
    assertRecorded("main");
    assertThat(rows("main")).hasSize(6);
    assertThat(columns(before)).containsExactly("id", "name", "price");
    assertThat(rows(before)).contains("id=4 name=d price=4");
    assertThat(rows("x")).isEqualTo(onX);
    test.database.execute("INSERT INTO t (id, name, price) VALUES (6, 'f', 6)");
    assertThat(live("SELECT n, m FROM t WHERE id = 6")).containsExactly("n=7 m=7");

    // when both go on
    test.commit("main", "six");
    test.merge("main", "y");
    assertRecorded("y");
    test.onBranch("y", "INSERT INTO t (id, name, price) VALUES (7, 'g', 7)");
    test.commit("y", "seven");
    test.merge("y", "main");

    // then
    assertThat(live("SELECT n, m FROM t WHERE id = 7")).containsExactly("n=8 m=8");
    test.database.execute("INSERT INTO t (id, name, price) VALUES (8, 'h', 8)");
    assertThat(live("SELECT n, m FROM t WHERE id = 8")).containsExactly("n=9 m=9");
    test.commit("main", "eight");
    assertRecorded("main");
  }

  /** The application owns its tables, and Epoch's role is a member of it. */
  @Test
  void sequencesThatComeWithAMergeBelongToTheOwnerOfTheTable() throws Exception {
    // given
    String app = test.database.role("app");
    test.database.executeAsSuperuser(
        "GRANT CREATE ON SCHEMA public TO " + app,
        "GRANT " + app + " TO " + test.database.owner(),
        "ALTER TABLE t OWNER TO " + app);
    test.branch("y", "main");
    try (Connection connection = test.database.connect(app);
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('y')");
      session.execute("SELECT epoch.open_table('t')");
      session.execute("ALTER TABLE t ADD n serial, ADD m int GENERATED BY DEFAULT AS IDENTITY");
      session.execute("INSERT INTO t (id, price) VALUES (9, 9)");
      test.commit("y", "on y");
      session.execute("INSERT INTO t (id, price) VALUES (10, 10)");
      test.commit("y", "again");
    }
    test.branch("z", "y");

    // when
    Merged merged = test.merge("z", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    try (Connection connection = test.database.connect(app);
        Statement session = connection.createStatement()) {
      session.execute("INSERT INTO t (id, price) VALUES (11, 11)");
    }
    assertThat(live("SELECT n, m FROM t WHERE id = 11")).containsExactly("n=6 m=6");
    assertRecorded("y");

    // when
    test.database.execute("DELETE FROM t WHERE id = 11");
    revert("main", merged.result().id(), true);

    // then
    assertThat(columns("main")).containsExactly("id", "name", "price");
    test.onBranch("z", "INSERT INTO t (id, price) VALUES (12, 12)");
    test.commit("z", "on z");
    assertThat(rows("z")).contains("id=12 name=null price=12 n=7 m=7");
  }

  @Test
  void uniqueIndexesOfABranchAreAskedOfRows() throws Exception {
    // given
    test.branch("y", "main");
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "CREATE UNIQUE INDEX alone ON t (lower(name)) WHERE price > 0");
    test.commit("x", "alone");
    test.onBranch("y", "INSERT INTO t VALUES (7, 'A', 7)");
    test.commit("y", "alike");

    // when, then
    assertThatThrownBy(() -> test.merge("y", "x")).hasMessageContaining("alone");
    test.onBranch("y", "UPDATE t SET name = 'G' WHERE id = 7");
    test.commit("y", "other");
    assertThat(test.merge("y", "x").conflicts()).isEmpty();
    test.onBranch("x", "SELECT epoch.close_table('t')", "SELECT epoch.open_table('t')");
    assertThat(rows("x")).hasSize(4);
  }

  @Test
  void exclusionsAreAskedOfRows() throws Exception {
    // given
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD span int4range",
        "UPDATE t SET span = int4range(id, id + 1)");
    test.commit("x", "spans");
    test.branch("y", "x");
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&)");
    test.commit("x", "apart");
    test.onBranch("y", "INSERT INTO t VALUES (7, 'g', 7, '[1,5)')");
    test.commit("y", "over others");

    // when, then
    assertThatThrownBy(() -> test.merge("y", "x")).hasMessageContaining("apart");
    assertThat(test.merge("x", "main").conflicts()).isEmpty();
    assertThatThrownBy(() -> test.database.execute("INSERT INTO t VALUES (9, 'i', 9, '[1,5)')"))
        .hasMessageContaining("apart");
    test.onBranch("y", "UPDATE t SET span = '[7,8)' WHERE id = 7");
    test.commit("y", "behind others");
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(live("SELECT span FROM t WHERE id = 7")).containsExactly("span=[7,8)");
  }
}
