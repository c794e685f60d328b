package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A column that was dropped on a branch comes back, with its values, when that commit is reverted;
 * rows were written meanwhile by those who did not know the column.
 */
class DropRevertedIT extends SchemaScene {
  private String dropped;

  @BeforeEach
  void drop() throws Exception {
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "UPDATE t SET price = 20 WHERE id = 2",
        "UPDATE t SET price = NULL WHERE id = 3",
        "INSERT INTO t VALUES (5, 'e', 5)");
    test.commit("x", "prices");
    test.onBranch("x", "ALTER TABLE t DROP price");
    dropped = test.commit("x", "dropped").commit().id();
    test.onBranch(
        "x",
        "UPDATE t SET name = 'B' WHERE id = 2",
        "UPDATE t SET name = 'C' WHERE id = 3",
        "UPDATE t SET name = 'E' WHERE id = 5",
        "INSERT INTO t VALUES (4, 'd')");
  }

  @Test
  void rowsAreAsBeforeWithWhatWasWrittenSince() {
    // given
    test.commit("x", "names");

    // when
    assertThat(revert("x", dropped, true).conflicts()).isEmpty();

    // then
    assertThat(rows("x"))
        .containsExactly(
            "id=1 name=a price=1",
            "id=2 name=B price=20",
            "id=3 name=C price=null",
            "id=4 name=d price=null",
            "id=5 name=E price=5");
    assertRecorded("x");
  }

  @Test
  void aRowThatWasDeletedMeanwhileIsInConflict() throws Exception {
    // given
    test.onBranch("x", "DELETE FROM t WHERE id = 1");
    test.commit("x", "rows");

    // when
    assertThat(revert("x", dropped, true).conflicts()).containsEntry("t", 1L);
    test.server().merges().abort(test.repository(), "x", TestServer.caller());

    // then
    assertThat(rows("x")).contains("id=2 name=B").noneMatch(row -> row.startsWith("id=1 "));
  }
}
