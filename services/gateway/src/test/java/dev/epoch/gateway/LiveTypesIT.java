package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.storage.testing.StoragePostgres;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types of live columns that are altered, and expressions of computed ones: old commits stay. */
@Tag("postgres-versions")
class LiveTypesIT {
  private TestServer test;
  private TestTable table;

  @BeforeEach
  void start() {
    test = new TestServer();
    table = new TestTable(test, "t");
    test.database.execute(
        "CREATE TYPE st AS ENUM ('new', 'paid', 'gone')",
        "CREATE DOMAIN known AS st NOT NULL",
        "CREATE TYPE pair AS (x int, y text)",
        "CREATE TABLE t (id int PRIMARY KEY, s st, d known DEFAULT 'new', a st[], c pair, cs pair[])",
        "INSERT INTO t VALUES"
            + " (1, 'new', 'new', '{new,paid}', '(1,one)', '{\"(1,one)\"}'),"
            + " (2, 'paid', 'gone', '{{new},{gone}}', NULL, NULL),"
            + " (3, NULL, 'paid', NULL, '(,)', '{NULL}')");
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
    test.database.execute("UPDATE t SET s = 'gone', c = '(4,four)' WHERE id = 1");
    test.commit("main", "second");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private String head(String branch) {
    return table.commit(branch).id();
  }

  private List<String> lost(String ref) {
    return test.server()
        .reads()
        .lost(Snapshot.of(test.repository().state(), table.commit(ref), ref), "t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TYPE st RENAME VALUE 'new' TO 'open' | 3 |",
        "ALTER TYPE st RENAME VALUE 'new' TO 'tmp'; ALTER TYPE st RENAME VALUE 'gone' TO 'new'; ALTER TYPE st RENAME VALUE 'tmp' TO 'gone' | 3 |",
        "ALTER TYPE st ADD VALUE 'refunded' | 3 |",
        "ALTER TYPE st ADD VALUE 'early' BEFORE 'new' | 3 |",
        "ALTER TYPE st RENAME VALUE 'paid' TO 'settled'; ALTER TYPE st ADD VALUE 'late' | 3 |",
        "ALTER TYPE pair RENAME ATTRIBUTE y TO label | 2 |",
        "ALTER TYPE pair ADD ATTRIBUTE z int | 2 | cs",
        "ALTER TYPE pair DROP ATTRIBUTE y | 2 | c cs",
        "ALTER TYPE pair DROP ATTRIBUTE y; ALTER TYPE pair ADD ATTRIBUTE z text | 2 | c cs"
      })
  void aTypeThatIsAltered(String statements, int columns, String lost) {
    // given
    Map<String, List<String>> before =
        Map.of("x", table.rows("x"), head("main"), table.rows(head("main")));
    String second = head("main");
    List<String> gone = lost == null ? List.of() : List.of(lost.split(" "));

    // when
    for (String statement : statements.split("; ")) {
      test.database.execute(statement);
    }

    // then
    assertThat(table.status("main"))
        .containsExactly(
            "t 000 ["
                + String.join(", ", java.util.Collections.nCopies(columns, "ColumnModified"))
                + "]");
    String third = test.commit("main", "altered").commit().id();
    assertThat(table.status("main")).isEmpty();
    table.assertRecorded("main");
    before.forEach((ref, rows) -> {
      assertThat(lost(ref)).as(ref).containsExactlyElementsOf(gone);
      assertThat(without(table.rows(ref), gone)).as(ref).isEqualTo(without(rows, gone));
    });
    List<String> now = table.rows(third);

    // and what is written then
    test.database.execute("UPDATE t SET s = NULL WHERE id = 2", "DELETE FROM t WHERE id = 3");
    test.commit("main", "written");
    assertThat(table.rows(third)).isEqualTo(now);
    before.forEach((ref, rows) ->
        assertThat(without(table.rows(ref), gone)).as(ref).isEqualTo(without(rows, gone)));
    table.assertRecorded("main");
    assertThat(head("main")).isNotEqualTo(second);
  }

  private static List<String> without(List<String> rows, List<String> columns) {
    return rows.stream()
        .map(row -> {
          String left = row;
          for (String column : columns) {
            left = left.replaceAll(" " + column + "=.*?(?= (?:s|d|a|c|cs)=|$)", "");
          }
          return left;
        })
        .toList();
  }

  @Test
  void schemaExecDropsNoAttributeUnforced() {
    assertThat(
            test.server()
                .ddl()
                .run(
                    test.repository().state(),
                    new DdlService.Request(
                        null,
                        null,
                        "ALTER TYPE pair DROP ATTRIBUTE y",
                        false,
                        DdlService.USUAL,
                        null))
                .toString())
        .contains("old commits");
    assertThat(table.status("main")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ALTER TABLE t DISABLE TRIGGER USER",
    "ALTER TABLE t DISABLE TRIGGER epoch_capture_update",
    "ALTER TABLE t ENABLE REPLICA TRIGGER epoch_capture_insert"
  })
  void schemaExecSwitchesNoCaptureOff(String statement) {
    assertThat(
            test.server()
                .ddl()
                .run(
                    test.repository().state(),
                    new DdlService.Request(null, null, statement, true, DdlService.USUAL, null))
                .toString())
        .contains("Nothing would capture changes of");
    assertThat(test.server().captures().uncaptured(test.repository().state())).isEmpty();
  }

  @Test
  void aLabelThatMainAddsIsMergedIntoABranch() {
    test.database.execute("ALTER TYPE st ADD VALUE 'refunded'");
    test.database.execute("UPDATE t SET s = 'refunded' WHERE id = 2");
    test.commit("main", "label");
    test.merge("main", "x");
    assertThat(table.rows("x")).isEqualTo(table.rows("main"));
    table.assertRecorded("x");
    assertThat(table.status("x")).isEmpty();
  }

  @Test
  void anExpressionThatIsSet() {
    assumeTrue(StoragePostgres.majorVersion() >= 17);
    test.database.execute(
        "ALTER TABLE t ADD n int DEFAULT 5, ADD \"twice n\" int GENERATED ALWAYS AS (coalesce(n, 0) * 2) STORED");
    test.commit("main", "computed");
    String computed = head("main");
    test.branch("y", "main");
    List<String> before = table.rows(computed);
    assertThat(before.getFirst()).contains("twice n=10");

    // when
    test.database.execute("ALTER TABLE t ALTER \"twice n\" SET EXPRESSION AS (n * 3)");

    // then
    assertThat(table.status("main")).containsExactly("t 000 [ColumnModified]");
    assertThat(table.working("main").getFirst()).contains("twice n=15");
    assertThat(table.rows(computed)).isEqualTo(before);
    test.database.execute("UPDATE t SET n = 6 WHERE id = 2", "DELETE FROM t WHERE id = 3");
    String third = test.commit("main", "set").commit().id();
    table.assertRecorded("main");
    List<String> after = table.rows(third);
    assertThat(after.getFirst()).contains("twice n=15");
    assertThat(after.get(1)).contains("twice n=18");
    assertThat(table.rows(computed)).isEqualTo(before);
    assertThat(table.rows("y")).isEqualTo(before);

    // and a renamed column is no other expression
    test.database.execute("ALTER TABLE t RENAME n TO number");
    test.commit("main", "renamed");
    assertThat(lost(third)).isEmpty();
    assertThat(table.rows(third)).isEqualTo(after);
    assertThat(lost(computed)).containsExactly("twice n");
  }

  @Test
  void anExpressionThatIsSetOnABranch() throws Exception {
    assumeTrue(StoragePostgres.majorVersion() >= 17);
    test.database.execute(
        "ALTER TABLE t ADD n int DEFAULT 5, ADD twice int GENERATED ALWAYS AS (n * 2) STORED");
    test.commit("main", "computed");
    String computed = head("main");
    List<String> before = table.rows(computed);
    test.branch("y", "main");
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ALTER twice SET EXPRESSION AS (n * 3)",
        "UPDATE t SET n = 7 WHERE id = 2");

    // when
    assertThat(table.status("y")).containsExactly("t 010 [ColumnModified]");
    test.commit("y", "set");

    // then
    List<String> after = table.rows("y");
    assertThat(after.get(0)).contains("n=5 twice=15");
    assertThat(after.get(1)).contains("n=7 twice=21");
    table.assertRecorded("y");
    assertThat(table.status("y")).isEmpty();
    assertThat(table.rows(computed)).isEqualTo(before);
    assertThat(table.working("main")).isEqualTo(before);

    // and a merge brings it to main, below what an application has written there
    test.database.execute("UPDATE t SET n = 9 WHERE id = 3");
    test.mergeDestructively("y", "main");
    assertThat(table.rows("main").get(1)).contains("n=7 twice=21");
    assertThat(table.rows("main").get(2)).contains("n=9 twice=27");
    table.assertRecorded("main");
    assertThat(table.status("main")).isEmpty();
    assertThat(table.rows(computed)).isEqualTo(before);
    assertThat(table.rows("y")).isEqualTo(after);
  }
}
