package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.ConflictSettings;
import dev.epoch.events.ConflictSettings.Rule;
import dev.epoch.gateway.merge.MergeService;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules that add up what both sides did see each change, also those that come to one value. */
@Tag("postgres-versions")
class AddingRulesIT {
  private final TestServer test = new TestServer();
  private final TestTable table = new TestTable(test, "t");

  @BeforeEach
  void start() {
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, n bigint, name text)",
        "INSERT INTO t VALUES (1, 0, 'a'), (2, 0, 'b')");
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
    test.branch("y", "main");
  }

  @AfterEach
  void stop() {
    test.close();
  }

  private MergeService.Merged merge(String source, String target) {
    return test.server()
        .merges()
        .merge(
            test.repository(),
            new MergeService.Request(
                target,
                source,
                null,
                null,
                TestServer.ALICE,
                null,
                false,
                false,
                false,
                null,
                new ConflictSettings(
                    null,
                    Map.of(),
                    Map.of(
                        "t.n",
                        new Rule("sum", null, null),
                        "t.name",
                        new Rule("append_only", null, null))),
                false,
                false),
            TestServer.caller());
  }

  private static final String COUNT = "UPDATE t SET n = n + 1 WHERE id = 1";

  private static final String APPEND = "UPDATE t SET name = name || '!' WHERE id = 2";

  /** What each side does, and the rows of both together. */
  static final List<Arguments> CHANGES =
      List.of(
          Arguments.of(List.of(COUNT), List.of(COUNT), "id=1 n=2 name=a", "id=2 n=0 name=b"),
          Arguments.of(
              List.of(COUNT, APPEND),
              List.of(COUNT, APPEND, APPEND),
              "id=1 n=2 name=a",
              "id=2 n=0 name=b!!!"),
          Arguments.of(List.of(APPEND), List.of(APPEND), "id=1 n=0 name=a", "id=2 n=0 name=b!!"));

  @ParameterizedTest
  @FieldSource("CHANGES")
  void bothSidesCountOnce(List<String> live, List<String> branch, String first, String second)
      throws Exception {
    // given
    test.onBranch("x", branch.toArray(String[]::new));
    test.commit("x", "on x");
    test.database.execute(live.toArray(String[]::new));
    test.commit("main", "on main");

    // when, then
    assertThat(merge("x", "main").conflicts()).isEmpty();
    assertThat(table.rows("main")).containsExactly(first, second);
    table.assertRecorded("main");

    // when, then: nothing counts twice
    assertThat(merge("main", "x").conflicts()).isEmpty();
    assertThat(table.rows("x")).containsExactly(first, second);
    merge("x", "main");
    assertThat(table.rows("main")).containsExactly(first, second);
    assertThat(table.status("main")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatApplicationsHaveNotCommittedCountsToo(boolean alone) throws Exception {
    // given
    test.onBranch("x", COUNT);
    test.commit("x", "on x");
    if (!alone) {
      test.database.execute(APPEND);
      test.commit("main", "on main");
    }
    test.database.execute(COUNT);

    // when
    assertThat(merge("x", "main").conflicts()).isEmpty();

    // then
    assertThat(table.rows("main")).contains("id=1 n=2 name=a");
    table.assertRecorded("main");
    assertThat(table.status("main")).isEmpty();
  }

  @Test
  void threeBranchesThatMergedEachOtherCountEachChange() throws Exception {
    // given
    for (String branch : List.of("x", "y")) {
      test.onBranch(branch, COUNT);
      test.commit(branch, "on " + branch);
    }
    test.branch("former", "x");

    // when they merge each other crosswise
    merge("y", "x");
    merge("former", "y");
    assertThat(table.rows("x")).isEqualTo(table.rows("y")).contains("id=1 n=2 name=a");
    merge("x", "y");
    merge("y", "main");

    // then
    assertThat(table.rows("y")).contains("id=1 n=2 name=a");
    assertThat(table.rows("main")).contains("id=1 n=2 name=a");
  }
}
