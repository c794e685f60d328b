package dev.epoch.gateway;

import static dev.epoch.gateway.RecoveryIT.endingAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.RecoveryIT.ProcessEnded;
import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.storage.testing.OneTable;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In a database whose transactions reach one table, an operation over several is everywhere or
 * nowhere all the same, whatever ends between its parts.
 */
class OneTableIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer(OneTable::of);
    test.database.execute(
        "CREATE TABLE a (id int PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE b (id int PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO a VALUES (1, 'a1'), (2, 'a2')",
        "INSERT INTO b VALUES (1, 'b1'), (2, 'b2')");
    test.register("a");
    test.register("b");
    test.commit("main", "first");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private List<String> rows(String table, String ref) {
    return new TestTable(test, table).rows(ref);
  }

  private void assertWhole(boolean done, String one, String two) {
    RepositoryState state = test.repository().state();
    assertThat(state.operations()).isEmpty();
    assertThat(rows("a", "main")).contains("id=1 name=" + (done ? one : "a1"));
    assertThat(rows("b", "main")).contains("id=1 name=" + (done ? two : "b1"));
    assertThat(test.server().rebuilds().verify(test.repository()).differences()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "applied.2", "completing", "completed"})
  void aCommitIsOfAllTablesOrNone(String step) {
    // given
    test.database.execute("UPDATE a SET name = 'A'", "UPDATE b SET name = 'B' WHERE id = 1");

    // when
    test.restart(endingAt("commit-to-branch." + step));
    assertThatThrownBy(() -> test.commit("main", "both")).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    boolean done = !List.of("prepared", "applied.1").contains(step);
    assertWhole(done, "A", "B");
    if (!done) {
      assertThat(new TestTable(test, "a").status("main")).containsExactly("a 020 []", "b 010 []");
      test.commit("main", "again");
    }
    assertWhole(true, "A", "B");
    assertThat(new TestTable(test, "a").status("main")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"prepared", "applied.1", "applied.2", "completing", "completed"})
  void aMergeIsOfAllTablesOrNone(String step) throws Exception {
    // given
    test.branch("f", "main");
    test.onBranch("f", "UPDATE a SET name = 'A' WHERE id = 1", "UPDATE b SET name = 'B'");
    test.commit("f", "both");
    test.database.execute("UPDATE a SET name = 'live' WHERE id = 2");

    // when
    test.restart(endingAt("merge-branch." + step));
    assertThatThrownBy(() -> test.merge("f", "main")).isInstanceOf(ProcessEnded.class);
    test.restart(Failpoints.NONE);

    // then
    boolean done = !List.of("prepared", "applied.1").contains(step);
    assertWhole(done, "A", "B");
    assertThat(test.database.rows("SELECT name FROM a ORDER BY id"))
        .containsExactly(List.of(done ? "A" : "a1"), List.of("live"));
    assertThat(test.database.value("SELECT name FROM b WHERE id = 2")).isEqualTo(done ? "B" : "b2");
    assertThat(test.merge("f", "main").upToDate()).isEqualTo(done);
    assertWhole(true, "A", "B");
  }

  @Test
  void whatOneTableRefusesIsTakenBackInTheOther() throws Exception {
    // given
    test.branch("f", "main");
    test.onBranch("f", "UPDATE a SET name = 'A'", "UPDATE b SET name = 'B'");
    test.commit("f", "both");
    test.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            + " $$ BEGIN RAISE 'not in b'; END $$",
        "CREATE TRIGGER refuse BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION refuse()");

    // then
    assertThatThrownBy(() -> test.merge("f", "main")).hasMessageContaining("not in b");
    assertWhole(false, "A", "B");
    assertThat(test.database.rows("SELECT name FROM a ORDER BY id"))
        .containsExactly(List.of("a1"), List.of("a2"));
  }
}
