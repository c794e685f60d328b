package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.gateway.merge.MergeService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conflicts about rows that applications go on changing. */
class RowsInUseIT {
  private TestServer test;

  @BeforeEach
  void start() {
    test = new TestServer();
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
        "INSERT INTO t VALUES (1, 'a', 'b'), (2, 'a', 'b'), (3, 'a', 'b')");
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  /** As rows in use do: they change between the decision and the end of the merge. */
  @ParameterizedTest
  @CsvSource({
    // what comes later, resolution, the row afterwards
    "UPDATE t SET a = 'later' WHERE id = 1, ours, 1 later b",
    "UPDATE t SET a = 'later' WHERE id = 1, theirs, 1 x b",
    "UPDATE t SET b = 'later' WHERE id = 1, ours, 1 live later",
    "UPDATE t SET b = 'later' WHERE id = 1, theirs, 1 x later",
    "DELETE FROM t WHERE id = 1, ours, ",
    "DELETE FROM t WHERE id = 1, theirs, 1 x b",
    "UPDATE t SET a = 'later' WHERE id = 2, ours, 2 later b",
    "UPDATE t SET a = 'later' WHERE id = 2, theirs, 2 x b"
  })
  void aDecisionForASideIsAboutWhatComesLaterToo(String later, String resolution, String row)
      throws Exception {
    // given
    test.onBranch("x", "UPDATE t SET a = 'x' WHERE id IN (1, 2)");
    test.commit("x", "on x");
    test.database.execute("UPDATE t SET a = 'live' WHERE id = 1");
    assertThat(test.merge("x", "main").conflicts()).containsEntry("t", 1L);

    // when
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                "main", "t", List.of(), null, null, resolution, Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
    test.database.execute(later);
    MergeService.Merged merged =
        test.server()
            .merges()
            .continueMerge(test.repository(), "main", null, TestServer.ALICE, TestServer.caller());

    // then
    assertThat(merged.conflicts()).isEmpty();
    String id = later.contains("id = 2") ? "2" : "1";
    assertThat(test.database.rows("SELECT concat_ws(' ', id, a, b) FROM t WHERE id = " + id))
        .isEqualTo(row == null ? List.of() : List.of(List.of(row)));
  }

  /** Both sides raise them at each update, and nobody wants to be asked which is right. */
  @Test
  void whatTheDatabaseRaisesWithEachUpdateIsNoConflict() throws Exception {
    // given
    test.database.execute(
        "CREATE TABLE v (id int PRIMARY KEY, a text, b text, version int NOT NULL DEFAULT 1,"
            + " touched_at timestamptz)",
        "CREATE FUNCTION raise_v() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version :="
            + " OLD.version + 1; NEW.touched_at := clock_timestamp(); RETURN NEW; END $$",
        "CREATE TRIGGER raise_v BEFORE UPDATE ON v FOR EACH ROW EXECUTE FUNCTION raise_v()",
        "INSERT INTO v VALUES (1, 'a', 'b')");
    test.register("v");
    assertThat(test.repository().state().profile().conflict().fieldRules().keySet())
        .containsExactlyInAnyOrder("v.version", "v.touched_at");
    test.commit("main", "v");
    test.branch("y", "main");
    test.onBranch("y", "SELECT epoch.open_table('v')", "UPDATE v SET a = 'y'");
    test.commit("y", "on y");
    test.database.execute("UPDATE v SET b = 'live'", "UPDATE v SET b = 'live again'");

    // when, then
    assertThat(test.merge("y", "main").conflicts()).isEmpty();
    assertThat(test.database.rows("SELECT a, b FROM v"))
        .containsExactly(List.of("y", "live again"));

    // when somebody says otherwise
    test.server()
        .repositories()
        .update(
            "shop",
            new UpdateRepositoryV1(null, null, null, ConflictSettings.NONE, null),
            TestServer.caller());
    test.branch("z", "main");
    test.onBranch("z", "SELECT epoch.open_table('v')", "UPDATE v SET a = 'z'");
    test.commit("z", "on z");
    test.database.execute("UPDATE v SET b = 'live'", "UPDATE v SET b = 'live once more'");

    // then
    assertThat(test.merge("z", "main").conflicts()).containsEntry("v", 1L);
  }
}
