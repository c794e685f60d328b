package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.MergeService.Merged;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.state.ChangeQuery;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** A column gets another type on one side: rows whose values have the same texts did not change. */
@Tag("postgres-versions")
class RetypedMergeIT {
  /** Types, three values, what main and the branch write; what to alter besides. */
  static final List<Arguments> TYPES =
      List.of(
          Arguments.of("int", "bigint", List.of("1", "2", "3"), "10", "20"),
          Arguments.of("bigint", "int", List.of("1", "2", "3"), "10", "20"),
          Arguments.of(
              "varchar(50)", "varchar(80)", List.of("'a'", "'b'", "NULL"), "'main'", "'branch'"),
          Arguments.of(
              "numeric(4,2)", "numeric(8,2)", List.of("1.50", "2.00", "3"), "10.25", "20.75"),
          Arguments.of("numeric", "numeric(12,3)", List.of("1", "2.5", "3"), "10.125", "20"),
          Arguments.of("text", "varchar(9)", List.of("'a'", "'b'", "''"), "'main'", "'branch'"),
          Arguments.of("varchar(9)", "text", List.of("'a'", "NULL", "'c'"), "'main'", "'branch'"),
          Arguments.of("int", "text", List.of("1", "2", "3"), "10", "20"),
          Arguments.of(
              "date",
              "timestamp",
              List.of("'2024-01-01'", "NULL", "'2024-01-03'"),
              "'2024-05-01'",
              "'2024-06-01'"),
          Arguments.of("int NOT NULL DEFAULT 7", "bigint", List.of("1", "2", "7"), "10", "7"));

  private final TestServer test = new TestServer();
  private final TestTable table = new TestTable(test, "t");

  @AfterEach
  void stop() {
    test.close();
  }

  /** A table, a branch {@code x} that gives the column another type, and one that does not. */
  private void begin(String from, String to, List<String> values) throws Exception {
    test.database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text, n " + from + ")",
        "INSERT INTO t VALUES (1, 'a', %s), (2, 'b', %s), (3, 'c', %s)"
            .formatted(values.toArray()));
    test.register("t");
    test.commit("main", "first");
    test.branch("x", "main");
    test.branch("y", "main");
    retype(to);
  }

  private void retype(String to) throws Exception {
    test.onBranch("x", "SELECT epoch.open_table('t')", "ALTER TABLE t ALTER n TYPE " + to);
    test.commit("x", "another type");
  }

  private void write(String branch, String... changes) throws Exception {
    if (branch.equals("main")) {
      test.database.execute(changes);
    } else {
      test.onBranch(branch, changes);
    }
    test.commit(branch, "written");
  }

  private static String set(int id, String value) {
    return "UPDATE t SET n = " + value + " WHERE id = " + id;
  }

  /** What a client sees, by key; texts of the type that the branch has. */
  private Map<String, String> seen(String branch) throws Exception {
    Map<String, String> seen = new TreeMap<>();
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "')");
      try (ResultSet rows = session.executeQuery("SELECT id, n FROM t")) {
        while (rows.next()) {
          seen.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    return seen;
  }

  /** The same of values that are given the type there. */
  private Map<String, String> expected(String type, Map<Integer, String> values) throws Exception {
    Map<String, String> expected = new TreeMap<>();
    try (Connection connection = test.database.connect();
        Statement session = connection.createStatement()) {
      for (Map.Entry<Integer, String> value : values.entrySet()) {
        try (ResultSet rows = session.executeQuery("SELECT (" + value.getValue() + ")::" + type)) {
          rows.next();
          expected.put(value.getKey().toString(), plain(rows.getString(1)));
        }
      }
    }
    return expected;
  }

  /** Without zeros that a number of another type has behind its point. */
  private static String plain(String text) {
    return text == null || !text.matches(".*\\.\\d+") ? text : text.replaceAll("\\.?0+$", "");
  }

  private void assertSame(String branch, String type, Map<Integer, String> values)
      throws Exception {
    Map<String, String> seen = seen(branch);
    seen.replaceAll((_, text) -> plain(text));
    assertThat(seen).as(branch).isEqualTo(expected(type, values));
    List<String> recorded = new ArrayList<>();
    expected(type, values).forEach((id, text) -> recorded.add(id + " " + text));
    assertThat(
            table.rows(branch).stream()
                .map(row -> row.replaceAll("id=(\\d+) name=.* n=(.*)", "$1 $2"))
                .map(row -> plain(row.replace('T', ' '))))
        .containsExactlyElementsOf(recorded);
    table.assertRecorded(branch);
    assertThat(table.status(branch)).isEmpty();
  }

  private List<String> diff(String from, String to) {
    Snapshot base = Snapshot.of(test.repository().state(), table.commit(from), from);
    Snapshot target = Snapshot.of(test.repository().state(), table.commit(to), to);
    List<String> keys = new ArrayList<>();
    try (RowStream<RowChange> changes =
        test.server().diffs().changes(base, target, "t", ChangeQuery.all())) {
      changes.forEachRemaining(change -> keys.add(change.kind() + " " + change.key()));
    }
    assertThat(
            test.server().diffs().summary(base, target).stream()
                .mapToLong(found -> found.inserted() + found.updated() + found.deleted())
                .sum())
        .isEqualTo(keys.size());
    return keys;
  }

  private void resolve(String branch, String resolution) {
    test.server()
        .conflicts()
        .resolve(
            test.repository(),
            new ResolveConflictsV1(
                branch, "t", List.of(), null, null, resolution, Map.of(), List.of(), false, 0, 0),
            TestServer.caller());
  }

  private Merged goOn(String branch) {
    return test.server()
        .merges()
        .continueMerge(
            test.repository(), branch, null, TestServer.ALICE, true, TestServer.caller());
  }

  private void assertMerged(String source, String target) {
    Merged merged = test.mergeDestructively(source, target);
    if (!merged.conflicts().isEmpty()) {
      assertThat(
              test.server()
                  .conflicts()
                  .list(
                      test.repository().state(),
                      test.repository().state().branch(target).orElseThrow(),
                      null,
                      null,
                      99)
                  .conflicts())
          .isEmpty();
    }
  }

  private static Map<Integer, String> with(List<String> values, Object... changed) {
    Map<Integer, String> rows = new TreeMap<>();
    for (int i = 0; i < values.size(); i++) {
      rows.put(i + 1, values.get(i));
    }
    for (int i = 0; i < changed.length; i += 2) {
      rows.put((Integer) changed[i], (String) changed[i + 1]);
    }
    return rows;
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void theLiveTableGetsTheTypeAndKeepsItsRows(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    assertThat(diff("main", "x")).isEmpty();
    write("main", set(1, main), "INSERT INTO t VALUES (4, 'd', " + main + ")");
    test.database.execute("INSERT INTO t VALUES (5, 'e', " + main + ")");
    assertThat(diff("x", "main")).hasSize(2);

    // when
    Merged merged = test.mergeDestructively("x", "main");

    // then
    assertThat(merged.conflicts()).isEmpty();
    assertSame("main", to, with(values, 1, main, 4, main, 5, main));
    assertSame("x", to, with(values));
    assertSame("y", from.split(" ")[0], with(values));
    assertThat(diff("main~1", "main")).isEmpty();
    assertThat(diff("x", "main")).hasSize(3);

    // when both go on
    write("x", set(2, branch));
    write("main", set(3, main));
    assertMerged("x", "main");
    assertMerged("main", "x");

    // then
    Map<Integer, String> all = with(values, 1, main, 2, branch, 3, main, 4, main, 5, main);
    assertSame("main", to, all);
    assertSame("x", to, all);
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void theBranchGetsTheRowsOfApplicationsFirst(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    write("x", set(2, branch), "INSERT INTO t VALUES (6, 'f', " + branch + ")");
    assertThat(diff("main", "x")).hasSize(2);
    write(
        "main",
        set(1, main),
        "INSERT INTO t VALUES (4, 'd', " + main + ")",
        "DELETE FROM t WHERE id = 3");

    // when
    assertMerged("main", "x");

    // then
    Map<Integer, String> all = with(values, 1, main, 2, branch, 4, main, 6, branch);
    all.remove(3);
    assertSame("x", to, all);
    assertThat(diff("main", "x")).hasSize(2);

    // when
    assertMerged("x", "main");

    // then
    assertSame("main", to, all);
    assertSame("x", to, all);
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void rowsThatBothChangedAreConflictsAndNoOthers(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    write("x", set(1, branch), set(2, branch));
    write("main", set(1, main), set(3, main));
    test.branch("copy", "x");

    // when
    assertThat(test.mergeDestructively("x", "main").conflicts()).containsOnly(Map.entry("t", 1L));
    resolve("main", "ours");
    assertThat(goOn("main").conflicts()).isEmpty();

    // then
    assertSame("main", to, with(values, 1, main, 2, branch, 3, main));

    // when the other way
    assertMerged("main", "copy");

    // then
    assertSame("copy", to, with(values, 1, main, 2, branch, 3, main));
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void anotherBranchGetsTheTypeByEachVerb(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    for (String verb : List.of("merge", "cherry_pick", "theirs")) {
      test.branch(verb, "y");
      write(verb, set(1, main), "INSERT INTO t VALUES (4, 'd', " + main + ")");
    }
    String commit = table.commit("x").id();
    write("x", set(2, branch));

    // when
    assertMerged("x", "merge");
    assertThat(test.replay("cherry_pick", "cherry_pick", commit).conflicts()).isEmpty();
    assertThat(test.replay("x", "rebase", "theirs").conflicts()).isEmpty();

    // then
    Map<Integer, String> all = with(values, 1, main, 2, branch, 4, main);
    assertSame("merge", to, all);
    assertSame("cherry_pick", to, with(values, 1, main, 4, main));
    assertSame("x", to, all);

    // when it is taken back
    assertThat(test.replay("cherry_pick", "revert", table.commit("cherry_pick").id()).conflicts())
        .isEmpty();

    // then
    assertSame("cherry_pick", from.split(" ")[0], with(values, 1, main, 4, main));
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void theBranchGetsATypeOfTheLiveTable(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    write("y", set(2, branch));
    test.branch("z", "y");
    test.database.execute("SELECT epoch.release_table('t')", "ALTER TABLE t ALTER n TYPE " + to);
    table.status("main");
    write("main", set(1, main));

    // when
    assertMerged("y", "main");
    assertMerged("main", "z");
    assertMerged("main", "x");

    // then
    for (String each : List.of("main", "z", "x")) {
      assertSame(each, to, with(values, 1, main, 2, branch));
    }
  }

  @ParameterizedTest
  @FieldSource("TYPES")
  void bothSidesGaveTheColumnOneType(
      String from, String to, List<String> values, String main, String branch) throws Exception {
    begin(from, to, values);
    test.onBranch("y", "SELECT epoch.open_table('t')", "ALTER TABLE t ALTER n TYPE " + to);
    write("y", set(1, main));
    write("x", set(2, branch));

    // when
    assertMerged("x", "y");

    // then
    assertSame("y", to, with(values, 1, main, 2, branch));
  }

  /** PostgreSQL keeps the value that rows began with where it writes none anew. */
  @Test
  void aColumnThatABranchAddedAndWidenedKeepsItsValues() throws Exception {
    begin("int", "bigint", List.of("1", "2", "3"));
    test.onBranch(
        "y",
        "SELECT epoch.open_table('t')",
        "ALTER TABLE t ADD c varchar(10) DEFAULT 'd'",
        "UPDATE t SET c = 'e' WHERE id = 2");
    test.commit("y", "a column");

    // when
    test.onBranch("y", "SELECT epoch.open_table('t')", "ALTER TABLE t ALTER c TYPE varchar(20)");
    test.commit("y", "wider");

    // then
    List<String> expected =
        List.of("id=1 name=a n=1 c=d", "id=2 name=b n=2 c=e", "id=3 name=c n=3 c=d");
    assertThat(table.rows("y")).isEqualTo(expected);
    table.assertRecorded("y");
    assertThat(diff("y~1", "y")).isEmpty();
    assertThat(table.commit("y").changed().getFirst().updated()).isZero();

    // when
    assertThat(test.merge("y", "main").conflicts()).isEmpty();

    // then
    assertThat(table.rows("main")).isEqualTo(expected);
    table.assertRecorded("main");
  }

  @Test
  void aTypeThatWidensTakesNothingAwayFromTheLiveTable() throws Exception {
    begin("int", "bigint", List.of("1", "2", "3"));
    write("main", set(1, "10"));

    // when
    assertThat(test.merge("x", "main").conflicts()).isEmpty();

    // then
    assertSame("main", "bigint", with(List.of("1", "2", "3"), 1, "10"));
    assertThat(table.commit("main").changed().getFirst().updated()).isZero();
  }

  static final List<Arguments> CHANGED =
      List.of(
          Arguments.of("int", "bigint", "n * 2", List.of("2", "4", "6")),
          Arguments.of("int", "text", "'v' || n", List.of("v1", "v2", "v3")),
          Arguments.of("text", "int", "n::int + 1", List.of("2", "3", "4")));

  @ParameterizedTest
  @FieldSource("CHANGED")
  void valuesThatTheTypeCameWithAreChangesOfRows(
      String from, String to, String using, List<String> became) throws Exception {
    begin(from, to + " USING " + using, List.of("1", "2", "3"));
    String before = table.commit("main").id();
    assertThat(diff("main", "x")).hasSize(3);
    write("main", "UPDATE t SET name = 'A' WHERE id = 2", set(1, "9"));

    // when
    assertThat(test.mergeDestructively("x", "main").conflicts()).containsOnly(Map.entry("t", 1L));
    resolve("main", "theirs");
    assertThat(goOn("main").conflicts()).isEmpty();

    // then
    assertThat(seen("main").values()).containsExactlyElementsOf(became);
    assertThat(table.rows("main")).contains("id=2 name=A n=" + became.get(1));
    assertThat(table.rows(before))
        .containsExactly("id=1 name=a n=1", "id=2 name=b n=2", "id=3 name=c n=3");
    table.assertRecorded("main");
  }

  static final List<Arguments> UNFIT =
      List.of(
          Arguments.of("text", "varchar(5)", "'too long'", "'too long'"),
          Arguments.of("bigint", "int", "3000000000", "'3000000000'"),
          Arguments.of("text", "int USING length(n)", "'ten'", "'ten'"));

  @ParameterizedTest
  @FieldSource("UNFIT")
  void aValueThatTheTypeCannotHaveIsRefusedByName(
      String from, String to, String value, String named) throws Exception {
    begin(from, to, List.of("'1'", "'2'", "'3'"));
    write("main", set(1, value));

    for (List<String> sides : List.of(List.of("x", "main"), List.of("main", "x"))) {
      assertThatThrownBy(() -> test.mergeDestructively(sides.getFirst(), sides.getLast()))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(named);
    }

    // when the value goes
    write("main", set(1, "'1'"));

    // then
    assertMerged("x", "main");
    assertThat(seen("main")).isEqualTo(seen("x"));
    table.assertRecorded("main");
  }
}
