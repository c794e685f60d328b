package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.migration.DdlService;
import dev.epoch.storage.error.PendingChangesException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Other schemas come to a branch whose table is open, and which sessions have altered there. */
class OpenTableMergeIT extends SchemaScene {
  private static final String OPEN =
      "SELECT open_relation IS NOT NULL FROM epoch.branch_tables p"
          + " JOIN epoch.branches b USING (branch_id) WHERE b.name = 'x'";

  /** Two commits on main: a column, and another name for one. */
  private String changeMain() {
    test.database.execute("ALTER TABLE t ADD extra text DEFAULT 'd'");
    String first = test.commit("main", "extra").commit().id();
    test.database.execute("UPDATE t SET extra = 'e' WHERE id = 2");
    test.commit("main", "e");
    return first;
  }

  /** A column of the branch's own, in an open table; the commit. */
  private String alterX() throws SQLException {
    test.onBranch(
        "x",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD phone text DEFAULT 'p'",
        "UPDATE t SET phone = 'q' WHERE id = 3");
    return test.commit("x", "phone").commit().id();
  }

  private void assertOpen() throws SQLException {
    assertThat(live(OPEN)).singleElement().asString().endsWith("=t");
  }

  @Test
  void aMergeGivesAnAlteredOpenTableAnotherSchema() throws Exception {
    // given
    alterX();
    changeMain();
    test.onBranch("x", "SELECT epoch.open_table('t')");
    assertOpen();

    // when
    test.merge("main", "x");

    // then
    assertThat(rows("x"))
        .containsExactly(
            "id=1 name=a price=1 phone=p extra=d",
            "id=2 name=b price=2 phone=p extra=e",
            "id=3 name=c price=3 phone=q extra=d");
    assertRecorded("x");
    test.onBranch(
        "x", "SELECT epoch.open_table('t')", "UPDATE t SET extra = 'x', phone = 'y' WHERE id = 1");
    assertThat(working("x")).contains("id=1 name=a price=1 phone=y extra=x");
  }

  @Test
  void revertsAndResetsGiveItAnotherSchema() throws Exception {
    // given
    String phone = alterX();
    List<String> with = rows("x");

    // when
    revert("x", phone, false);

    // then
    assertThat(rows("x"))
        .containsExactly("id=1 name=a price=1", "id=2 name=b price=2", "id=3 name=c price=3");
    assertRecorded("x");

    // when
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t RENAME name TO title");
    test.commit("x", "title");
    test.server().resets().hard(test.repository(), "x", phone, null, TestServer.caller());

    // then
    assertThat(rows("x")).isEqualTo(with);
    assertRecorded("x");
  }

  @Test
  void cherryPicksAndRebasesGiveItAnotherSchema() throws Exception {
    // given
    alterX();
    String first = changeMain();
    test.onBranch("x", "SELECT epoch.open_table('t')");

    // when
    replay("x", "cherry_pick", first, false);

    // then
    assertThat(rows("x")).contains("id=3 name=c price=3 phone=q extra=d");
    assertRecorded("x");

    // when
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t RENAME name TO title");
    test.commit("x", "title");
    replay("x", "rebase", "main", false);

    // then
    assertThat(rows("x"))
        .containsExactlyInAnyOrder(
            "id=1 title=a price=1 extra=d phone=p",
            "id=2 title=b price=2 extra=e phone=p",
            "id=3 title=c price=3 extra=d phone=q");
    assertRecorded("x");
  }

  @Test
  void whatIsNotCommittedOfTheSchemaIsToldAndKept() throws Exception {
    // given
    alterX();
    changeMain();
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD mine text DEFAULT 'm'");

    // when
    assertThatThrownBy(() -> test.merge("main", "x"))
        .isInstanceOf(PendingChangesException.class)
        .hasMessageContaining("schema");

    // then
    assertThat(working("x")).contains("id=3 name=c price=3 phone=q mine=m");
    test.commit("x", "mine");
    test.merge("main", "x");
    assertThat(rows("x")).contains("id=3 name=c price=3 phone=q mine=m extra=d");
    assertRecorded("x");
  }

  @Test
  void rulesOfColumnsThatTheBranchDroppedAreNotAskedThere() throws Exception {
    // given
    test.database.execute("ALTER TABLE t ADD CONSTRAINT one_name UNIQUE (name)");
    test.commit("main", "one name");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t DROP COLUMN name");
    test.commit("x", "dropped");
    test.branch("y", "x");
    test.onBranch("y", "UPDATE t SET price = 9 WHERE id = 1");
    test.commit("y", "nine");
    test.onBranch("x", "UPDATE t SET price = 5 WHERE id = 2");
    test.commit("x", "five");

    // when
    test.merge("y", "x");

    // then
    assertThat(rows("x")).containsExactly("id=1 price=9", "id=2 price=5", "id=3 price=3");
    assertRecorded("x");
  }

  @Test
  void aTableWhoseLiveColumnHasAnotherTypeStaysLayered() throws Exception {
    // given
    test.database.execute("ALTER TABLE t DROP CONSTRAINT positive");
    test.server()
        .ddl()
        .run(
            state(),
            new DdlService.Request(
                null, null, "ALTER TABLE t ALTER price TYPE text", true, DdlService.USUAL, null));
    List<String> before = rows("x");

    // when
    assertThatThrownBy(() -> test.onBranch("x", "SELECT epoch.open_table('t')"))
        .hasMessageContaining("other types than on the branch");
    test.branch("y", "x");
    assertThatThrownBy(() -> test.onBranch("y", "SELECT epoch.open_table('t')"))
        .hasMessageContaining("other types than on the branch");

    // then
    assertThat(working("x")).isEqualTo(before);
    assertThat(working("y")).isEqualTo(before);
    test.commit("main", "text");
    test.merge("main", "x");
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ADD phone text");
    assertThat(working("x")).contains("id=2 name=b price=2 phone=null");
  }
}
