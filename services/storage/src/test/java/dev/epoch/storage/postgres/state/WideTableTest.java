package dev.epoch.storage.postgres.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.postgres.catalog.VersionableTable;
import dev.epoch.storage.postgres.codec.Quote;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.testing.Cases;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables with many columns, and with columns named like words of SQL and of PL/pgSQL. */
class WideTableTest {
  /** Words of PL/pgSQL's grammar that are none of SQL's, and names in generated functions. */
  private static final List<String> MORE_WORDS =
      List.of(
          "alias",
          "array",
          "assert",
          "backward",
          "chain",
          "column_name",
          "constant",
          "debug",
          "diagnostics",
          "dump",
          "elseif",
          "elsif",
          "errcode",
          "error",
          "exception",
          "exit",
          "foreach",
          "forward",
          "get",
          "hint",
          "if",
          "info",
          "is",
          "loop",
          "message",
          "notice",
          "open",
          "perform",
          "pg_context",
          "print_strict_params",
          "raise",
          "return",
          "reverse",
          "rowtype",
          "slice",
          "sqlstate",
          "stacked",
          "strict",
          "use_column",
          "use_variable",
          "variable_conflict",
          "warning",
          "while",
          "found",
          "target",
          "own",
          "removed",
          "written",
          "old_rows",
          "new_rows",
          "entry",
          "live",
          "past",
          "pending",
          "hidden",
          "part",
          "tg_op",
          "former_setting",
          "began",
          "latest",
          "is_noted",
          "given",
          "x",
          "l",
          "s",
          "k",
          "w",
          "two words",
          "\"quoted\"",
          "$1",
          "%s",
          "Upper");

  private final TestRepository shop = new TestRepository();

  @AfterEach
  void stop() {
    shop.close();
  }

  /** Every second word, and those that the test names. */
  private List<String> words(int half) {
    List<String> all =
        new ArrayList<>(
            shop.database.rows("SELECT word FROM pg_get_keywords() ORDER BY 1").stream()
                .map(List::getFirst)
                .toList());
    all.addAll(MORE_WORDS);
    assertThat(all).hasSizeGreaterThan(500);
    Set<String> words =
        new LinkedHashSet<>(List.of("begin", "while", "select", "foreach", "strict"));
    IntStream.range(0, all.size()).filter(i -> i % 2 == half).forEach(i -> words.add(all.get(i)));
    words.removeAll(List.of("by", "if"));
    return List.copyOf(words);
  }

  private List<Row> rows(TableState state) {
    return shop.rows("wide", state).values().stream()
        .sorted(Comparator.comparing((Row row) -> row.get(0)))
        .toList();
  }

  private Row row(int key, int columns, String value, String... last) {
    List<String> values = new ArrayList<>(List.of("" + key, "" + key));
    values.addAll(Collections.nCopies(columns - 2, value));
    for (int i = 0; i < last.length; i++) {
      values.set(columns - last.length + i, last[i]);
    }
    return Row.of(values.toArray(String[]::new));
  }

  private static RowWrite.Upsert record(List<String> columns, Row row) {
    Map<String, JsonNode> record = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      record.put(columns.get(i), TextNode.valueOf(row.get(i)));
    }
    record.put(columns.get(0), IntNode.valueOf(Integer.parseInt(row.get(0))));
    record.put(columns.get(1), IntNode.valueOf(Integer.parseInt(row.get(1))));
    return new RowWrite.Upsert(record);
  }

  private void mergeToMain(BranchHandle branch, TableState before) {
    TableState theirs = shop.committed(branch, "wide");
    List<RowChange> changes = new ArrayList<>();
    try (RowStream<ThreeWayRow> stream =
        shop.adapter.threeWay(
            shop.table("wide"), before, shop.committed(shop.main, "wide"), theirs)) {
      stream.forEachRemaining(
          row -> changes.add(new RowChange(row.key(), row.ours(), row.theirs())));
    }
    shop.merge(shop.main, "wide", shop.head(shop.main, "wide").anchor(), changes);
  }

  static Stream<Integer> halves() {
    return Cases.every(2, Stream.of(0, 1));
  }

  @ParameterizedTest
  @MethodSource("halves")
  void everyWordIsAColumn(int half) {
    // given a key of such words, too
    List<String> words = words(half);
    List<String> all = new ArrayList<>(List.of("by", "if"));
    all.addAll(words);
    all.addAll(List.of("loop of two", "end of two"));
    shop.database.execute(
        "CREATE TABLE wide (\"by\" integer, \"if\" integer, "
            + all.subList(2, all.size()).stream()
                .map(word ->
                    Quote.identifier(word)
                        + " varchar DEFAULT '"
                        + (word.equals("while") ? "w" : "d")
                        + "'")
                .collect(Collectors.joining(", "))
            + ", PRIMARY KEY (\"by\", \"if\"), UNIQUE (\"loop of two\", \"end of two\"), CHECK"
            + " (\"while\" <> \"select\"), CHECK (\"foreach\" <> ''))",
        "INSERT INTO wide (\"by\", \"if\", \"loop of two\") VALUES (1, 1, 'a'), (2, 2, 'b')");
    shop.install("wide");
    BranchHandle branch = shop.branch("feature", shop.main);
    TableState before = shop.committed(shop.main, "wide");
    int columns = all.size();

    // when every column is written on a branch, in SQL and by the server
    shop.write(
        branch,
        "INSERT INTO wide (\"by\", \"if\", \"end of two\") VALUES (3, 3, 'c')",
        "UPDATE wide SET "
            + all.subList(2, columns).stream()
                .map(word -> Quote.identifier(word) + (word.equals("while") ? " = 'w'" : " = 'u'"))
                .collect(Collectors.joining(", "))
            + " WHERE \"by\" = 3",
        "UPDATE wide SET \"by\" = 4, \"begin\" = 'moved' WHERE \"by\" = 3",
        "UPDATE wide SET \"by\" = 3, \"begin\" = 'u' WHERE \"by\" = 4",
        "UPDATE wide SET \"while\" = 'z' WHERE \"by\" = 1",
        "DELETE FROM wide WHERE \"by\" = 2");
    shop.adapter.write(
        branch,
        shop.at(branch, "wide"),
        List.of(
            record(all, with(row(5, columns, "r", "e", "f"), all.indexOf("while"), "w")),
            record(all, with(row(3, columns, "v"), all.indexOf("while"), "w"))));
    shop.adapter.copy(branch, List.of(shop.table("wide")), Duration.ofSeconds(10));
    shop.write(
        branch,
        "UPDATE wide SET \"begin\" = 'copied', \"if\" = 6 WHERE \"by\" = 5",
        "UPDATE wide SET \"begin\" = 'r', \"if\" = 5 WHERE \"by\" = 5");
    assertThat(shop.database.value("SELECT epoch.copy_faults('bfeature', 't1')")).isEqualTo("0");
    shop.commit(branch, "wide");

    // then
    assertThat(rows(shop.committed(branch, "wide")))
        .containsExactly(
            with(row(1, columns, "d", "a", "d"), all.indexOf("while"), "z"),
            with(row(3, columns, "v"), all.indexOf("while"), "w"),
            with(row(5, columns, "r", "e", "f"), all.indexOf("while"), "w"));

    // when it is merged beside live writes
    shop.database.execute("UPDATE wide SET \"foreach\" = 'live' WHERE \"by\" = 2");
    shop.commit(shop.main, "wide");
    mergeToMain(branch, before);

    // then
    assertThat(rows(shop.committed(shop.main, "wide")))
        .isEqualTo(rows(shop.committed(branch, "wide")));

    // when it is written live, by the server and by statements of many rows
    shop.adapter.write(
        shop.main,
        shop.at(shop.main, "wide"),
        List.of(record(all, with(row(6, columns, "m"), all.indexOf("while"), "w"))));
    shop.database.execute(
        "INSERT INTO wide (\"by\", \"if\", \"loop of two\") SELECT i, i, i FROM"
            + " generate_series(1000, 2100) i",
        "UPDATE wide SET \"strict\" = 'many', \"by\" = \"by\" + 10000 WHERE \"by\" >= 1000",
        "TRUNCATE wide");
    shop.commit(shop.main, "wide");

    // then
    assertThat(rows(shop.committed(shop.main, "wide"))).isEmpty();
    assertThat(rows(before)).hasSize(2);
  }

  private static Row with(Row row, int column, String value) {
    return row.with(column, value);
  }

  private void wide(int columns) {
    shop.database.execute(
        IntStream.range(2, columns)
            .mapToObj(i -> "c" + i + " smallint")
            .collect(
                Collectors.joining(
                    ", ", "CREATE TABLE wide (a integer, b integer, ", ", PRIMARY KEY (a, b))")));
  }

  @Test
  void asManyColumnsAsAStatementReads() {
    // given
    int columns = VersionableTable.MOST_COLUMNS;
    wide(columns);
    String ones = IntStream.range(2, columns).mapToObj(_ -> "1").collect(Collectors.joining(", "));
    shop.database.execute(
        "INSERT INTO wide SELECT i, i, " + ones + " FROM generate_series(1, 2100) i");
    shop.install("wide");
    BranchHandle branch = shop.branch("feature", shop.main);
    TableState before = shop.committed(shop.main, "wide");

    // when many rows differ: what joins them must not be wider than PostgreSQL allows
    shop.write(branch, "UPDATE wide SET c7 = 2", "DELETE FROM wide WHERE a = 1");
    shop.commit(branch, "wide");
    shop.database.execute("UPDATE wide SET c8 = 3 WHERE a > 1000");
    shop.commit(shop.main, "wide");
    BranchHandle other = shop.branch("other", shop.main);
    shop.write(other, "UPDATE wide SET c9 = 4 WHERE a > 1500");
    shop.commit(other, "wide");

    // then
    assertThat(shop.changes("wide", before, shop.committed(branch, "wide"))).hasSize(2100);
    assertThat(shop.changes("wide", shop.committed(branch, "wide"), shop.committed(other, "wide")))
        .hasSize(2100);

    // when
    mergeToMain(branch, before);

    // then
    assertThat(rows(shop.committed(shop.main, "wide")))
        .isEqualTo(rows(shop.committed(branch, "wide")));
  }

  @Test
  void rowsThatAreTooWideToBeHashedAreLookedUp() {
    // given
    wide(JoinStrategy.MOST_HASHED_COLUMNS + 1);
    Candidates keys =
        new Candidates(List.of("SELECT i AS a, i AS b FROM generate_series(1, 300000) i"));

    // then
    try (Database database =
        new Database(
            StoragePostgres.vertx(), shop.database.options(), new PoolOptions().setMaxSize(1))) {
      assertThat(strategy(database, keys)).isEqualTo(JoinStrategy.FEW);
      shop.database.execute(
          "CREATE TABLE lean AS SELECT a, b FROM wide",
          "DROP TABLE wide",
          "ALTER TABLE lean RENAME TO wide");
      assertThat(strategy(database, keys)).isEqualTo(JoinStrategy.MANY);
    }
  }

  private static JoinStrategy strategy(Database database, Candidates keys) {
    return database.read(
        session -> JoinStrategy.count(session, keys, "\"public\".\"wide\"").strategy());
  }

  @Test
  void moreColumnsAreRefusedWithTheNumber() {
    // given
    int columns = VersionableTable.MOST_COLUMNS + 1;
    wide(columns);

    // then
    assertThat(
            catchThrowableOfType(
                NotVersionableException.class,
                () -> shop.adapter.introspect(new TablePath("public", "wide"), List.of())))
        .hasMessageContaining("has " + columns + " columns")
        .hasMessageContaining("" + VersionableTable.MOST_COLUMNS);
  }
}
