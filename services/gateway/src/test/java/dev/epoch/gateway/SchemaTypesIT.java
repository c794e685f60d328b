package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.gateway.migration.DdlService;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A column of a live table gets another type, and that which it had before again. */
class SchemaTypesIT extends SchemaScene {
  @BeforeEach
  void prices() {
    test.database.execute(
        "ALTER TABLE t DROP CONSTRAINT positive", "UPDATE t SET price = 1.50 WHERE id = 1");
    test.commit("main", "prices");
    test.merge("main", "x");
  }

  private void retype(String type) {
    alter("ALTER price TYPE " + type);
  }

  private void alter(String change) {
    test.server()
        .ddl()
        .run(
            state(),
            new DdlService.Request(
                null, null, "ALTER TABLE t " + change, true, DdlService.USUAL, null));
  }

  /** What a client of a branch sees. */
  private List<String> prices(String branch) throws SQLException {
    List<String> prices = new ArrayList<>();
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      try (ResultSet rows = session.executeQuery("SELECT price FROM t ORDER BY id")) {
        while (rows.next()) {
          prices.add(rows.getString(1));
        }
      }
    }
    return prices;
  }

  @Test
  void aBranchKeepsItsValuesWhereTheLiveTableGoesBackToATypeThatItHad() throws Exception {
    // given
    retype("text");
    test.commit("main", "text");
    test.merge("main", "x");
    test.onBranch("x", "SELECT epoch.open_table('t')", "INSERT INTO t VALUES (4, 'd', '4')");
    List<String> onX = rows("x");
    List<String> inX = working("x");

    // when
    revert("main", "HEAD", true);

    // then
    assertThat(rows("x")).isEqualTo(onX);
    assertThat(working("x")).isEqualTo(inX);
    assertThat(prices("x")).containsExactly("1.50", "2", "3", "4");

    // when
    test.onBranch("x", "UPDATE t SET price = '9' WHERE id = 1");
    test.commit("x", "on x");

    // then
    assertThat(rows("x"))
        .containsExactly(
            "id=1 name=a price=9",
            "id=2 name=b price=2",
            "id=3 name=c price=3",
            "id=4 name=d price=4");
    assertThat(prices("x")).containsExactly("9", "2", "3", "4");
    assertRecorded("x");
  }

  @Test
  void aBranchMadeOfACommitFromBeforeTakesRows() throws Exception {
    // given
    retype("text");
    test.branch("y", "main");

    // when
    test.onBranch(
        "y", "UPDATE t SET name = 'A' WHERE id = 1", "INSERT INTO t VALUES (4, 'd', '4')");

    // then
    List<String> expected =
        List.of(
            "id=1 name=A price=1.50",
            "id=2 name=b price=2",
            "id=3 name=c price=3",
            "id=4 name=d price=4");
    assertThat(working("y")).isEqualTo(expected);
    test.commit("y", "on y");
    assertThat(rows("y")).isEqualTo(expected);
    assertRecorded("y");
    test.commit("main", "text");
    test.merge("main", "y");
    assertThat(rows("y")).isEqualTo(expected);
    assertThat(prices("y")).containsExactly("1.50", "2", "3", "4");
    assertRecorded("y");
  }

  /** The last type takes more than the one that branch {@code z} and its commit have. */
  @Test
  void branchesOfEachTypeKeepTheirValuesWhereTheColumnGoes() throws Exception {
    // given
    retype("text");
    test.commit("main", "text");
    test.branch("y", "main");
    retype("smallint USING round(price::numeric)");
    test.commit("main", "smallint");
    test.branch("z", "main");
    retype("bigint");
    Map<String, List<String>> before = new TreeMap<>();
    for (String branch : List.of("x", "y", "z")) {
      before.put(branch, rows(branch));
    }

    // when
    alter("DROP price");

    // then
    assertThat(prices("x")).containsExactly("1.50", "2", "3");
    assertThat(prices("y")).containsExactly("1.50", "2", "3");
    assertThat(prices("z")).containsExactly("2", "2", "3");
    for (String branch : List.of("x", "y", "z")) {
      assertThat(rows(branch)).isEqualTo(before.get(branch));
      test.onBranch(
          branch,
          "UPDATE t SET price = '5' WHERE id = 2",
          "SELECT epoch.open_table('t')",
          "UPDATE t SET price = '6' WHERE id = 3");
      assertThat(prices(branch)).endsWith("5", "6");
      test.commit(branch, "changed");
      assertThat(rows(branch)).endsWith("id=2 name=b price=5", "id=3 name=c price=6");
      assertRecorded(branch);
    }
  }

  @Test
  void oldCommitsAreReadWhereATypeComesBack() {
    // given
    retype("text");
    String text = test.commit("main", "text").commit().id();
    List<String> asText = rows(text);
    revert("main", "HEAD", true);
    String numbers = commit("main").id();
    test.database.execute("UPDATE t SET price = 20.25 WHERE id = 2");
    String later = test.commit("main", "later").commit().id();
    List<String> asLater = rows(later);

    for (String type : List.of("text", "numeric USING price::numeric", "text")) {
      // when
      retype(type);

      // then
      assertThat(rows(text)).isEqualTo(asText).contains("id=1 name=a price=1.50");
      assertThat(rows(numbers)).isEqualTo(asText);
      assertThat(rows(later)).isEqualTo(asLater).contains("id=2 name=b price=20.25");
      test.commit("main", type);
    }
    assertThat(rows(text)).isEqualTo(asText);
    assertThat(rows(numbers)).isEqualTo(asText);
    assertThat(rows(later)).isEqualTo(asLater);
    assertRecorded("main");
  }
}
