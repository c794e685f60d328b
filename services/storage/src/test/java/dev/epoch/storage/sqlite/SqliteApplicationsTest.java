package dev.epoch.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever an application does to a table, its last commit stays, and the next one has it all. */
class SqliteApplicationsTest {
  @TempDir Path folder;

  /** What applications do. */
  enum Case {
    REPLACE_BY_KEY(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", "REPLACE INTO t VALUES (1, 'new')"),
    REPLACE_BY_ANOTHER_UNIQUE_COLUMN(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
        "REPLACE INTO t VALUES (9, 'one')"),
    REPLACE_WITH_RECURSIVE_TRIGGERS(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
        "PRAGMA recursive_triggers = ON",
        "REPLACE INTO t VALUES (9, 'one')"),
    UPDATE_OR_REPLACE(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE)",
        "UPDATE OR REPLACE t SET a = 'two' WHERE id = 1"),
    UPDATE_OR_REPLACE_OF_THE_KEY(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "UPDATE OR REPLACE t SET id = 2 WHERE id = 1"),
    REPLACE_BY_TWO_UNIQUE_COLUMNS(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, UNIQUE (id, a), UNIQUE (a))",
        "REPLACE INTO t VALUES (2, 'one')"),
    REPLACE_BY_AN_EXPRESSION(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE UNIQUE INDEX u ON t (lower(a))",
        "REPLACE INTO t VALUES (9, 'ONE')"),
    REPLACE_BY_A_PARTIAL_INDEX(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
            + " CREATE UNIQUE INDEX u ON t (a) WHERE id < 100",
        "REPLACE INTO t VALUES (9, 'one')"),
    UPSERT(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "INSERT INTO t VALUES (1, 'x'), (9, 'y') ON CONFLICT (id) DO UPDATE SET a = excluded.a"),
    INSERT_OR_IGNORE(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "INSERT OR IGNORE INTO t VALUES (1, 'x'), (9, 'y')"),
    DELETE_ALL("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", "DELETE FROM t"),
    KEYS_THAT_SWAP(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "UPDATE t SET id = -1 WHERE id = 1",
        "UPDATE t SET id = 1 WHERE id = 2",
        "UPDATE t SET id = 2 WHERE id = -1"),
    THERE_AND_BACK(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "DELETE FROM t WHERE id = 1",
        "INSERT INTO t VALUES (1, 'one')"),
    NUMBERS_THAT_THE_DATABASE_GIVES(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
        "INSERT INTO t (a) VALUES ('x'), ('y')"),
    WITHOUT_ROWID(
        "CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT) WITHOUT ROWID",
        "UPDATE t SET a = 'x' WHERE id = '1'",
        "DELETE FROM t WHERE id = '2'"),
    STRICT(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY) STRICT",
        "UPDATE t SET a = 5 WHERE id = 1",
        "INSERT INTO t VALUES (9, x'00ff'), (10, 1.5), (11, '007')"),
    KEYS_THAT_IGNORE_CASE(
        "CREATE TABLE t (id TEXT COLLATE NOCASE PRIMARY KEY, a TEXT)",
        "REPLACE INTO t VALUES ('ANN', 'x')",
        "UPDATE t SET a = 'y' WHERE id = 'Ann'",
        "UPDATE t SET id = 'ann' WHERE id = 'ANN'"),
    TEXTS_THAT_DIFFER_IN_CASE_ALONE(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE)",
        "UPDATE t SET a = 'ONE' WHERE id = 1"),
    VALUES_OF_OTHER_CLASSES(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)",
        "UPDATE t SET a = 'text in it' WHERE id = 1",
        "INSERT INTO t VALUES (9, x'00'), (10, 1.5), (11, '12')"),
    DATES_IN_EVERY_FORM(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a DATETIME)",
        "UPDATE t SET a = '2024-01-31 10:00:00' WHERE id = 1",
        "INSERT INTO t VALUES (9, 1700000000), (10, '2024-01-31T10:00Z'), (11, 2451545.5)"),
    NO_TYPE_AT_ALL(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
        "UPDATE t SET a = 5 WHERE id = 1",
        "UPDATE t SET a = '5' WHERE id = 1",
        "INSERT INTO t VALUES (9, 'it''s'), (10, 1.0), (11, x'')"),
    GENERATED_COLUMNS(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (upper(a)) STORED,"
            + " c AS (length(a)))",
        "UPDATE t SET a = 'x' WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (9, 'long')"),
    SEVERAL_COLUMNS_AS_KEY(
        "CREATE TABLE t (id INTEGER, a TEXT, b TEXT, PRIMARY KEY (a, id))",
        "UPDATE t SET id = 7 WHERE id = 1",
        "DELETE FROM t WHERE id = 2"),
    TRIGGERS_OF_THE_APPLICATION(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
            + " CREATE TRIGGER mine AFTER UPDATE ON t BEGIN"
            + " INSERT OR REPLACE INTO t VALUES (OLD.id + 100, OLD.a); END",
        "UPDATE t SET a = 'x'"),
    REFERENCES_THAT_CASCADE(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1), (2);"
            + " CREATE TABLE t (id INTEGER PRIMARY KEY REFERENCES p ON DELETE CASCADE, a TEXT)",
        "PRAGMA foreign_keys = ON",
        "DELETE FROM p WHERE id = 1"),
    ODD_NAMES(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, \"a \"\"b\" TEXT, [c d] TEXT, `e%f` TEXT)",
        "UPDATE t SET \"a \"\"b\" = 'x', [c d] = 'y' WHERE id = 1"),
    VACUUM(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", "VACUUM", "DELETE FROM t WHERE id = 1"),
    ROLLED_BACK(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "BEGIN",
        "DELETE FROM t",
        "ROLLBACK",
        "UPDATE t SET a = 'x' WHERE id = 2");

    final String table;
    final List<String> statements;

    Case(String table, String... statements) {
      this.table = table;
      this.statements = List.of(statements);
    }
  }

  private SqliteBackend backend;
  private TableHandle table;
  private final BranchHandle main = new BranchHandle("r", "m1", "main", true);
  private RowsLocation head = RowsLocation.live(1);
  private long position = 1;

  @ParameterizedTest
  @EnumSource
  void commitsStayAndTheNextOneHasItAll(Case given) {
    backend = new SqliteBackend(folder.resolve("t.db"));
    try {
      // given
      for (String statement : given.table.split("; (?!END)")) {
        backend.run(statement);
      }
      TablePath path = new TablePath("main", "t");
      backend.run(rows(given));
      table =
          new TableHandle(
              "r", "t1", "t", path, backend.adapter().introspect(path, List.of()).schema());
      backend.adapter().install(new OperationId(new UUID(1, 1), 1), table);
      backend.adapter().putBranch(main, Map.of(table.id(), new BranchTable(table, head)));
      List<Row> before = read(new TableState.Committed(head));
      assertThat(before).isNotEmpty();

      // when
      backend.run(given.statements.toArray(String[]::new));

      // then
      RowsLocation first = head;
      List<Row> now = read(new TableState.Working(main, head));
      assertThat(read(new TableState.Committed(first))).isEqualTo(before);
      List<RowChange> expected = difference(before, now);
      assertThat(changes(first)).containsExactlyInAnyOrderElementsOf(expected);

      // when
      Operation commit = operation(new Operation.CommitWorkingSet(new BranchTable(table, head)));
      head = backend.adapter().apply(commit, Map.of()).locations().get(table.id());

      // then
      assertThat(read(new TableState.Committed(head))).isEqualTo(now);
      assertThat(read(new TableState.Committed(first))).isEqualTo(before);
      assertThat(backend.adapter().pending(main, List.of(new BranchTable(table, head)))).isEmpty();

      // when: taken back, and everything is uncommitted again
      backend.adapter().revert(commit);
      assertThat(read(new TableState.Committed(first))).isEqualTo(before);
      head = first;
      assertThat(changes(first)).containsExactlyInAnyOrderElementsOf(expected);

      // when: gone without a trace
      backend.adapter().uninstall();
      assertThat(objects()).noneMatch(name -> name.startsWith("epoch"));
    } finally {
      backend.close();
    }
  }

  static String[] rows(Case given) {
    return switch (given) {
      case WITHOUT_ROWID, KEYS_THAT_IGNORE_CASE ->
          new String[] {"INSERT INTO t VALUES ('1', 'one'), ('2', 'two'), ('ann', 'a')"};
      case ODD_NAMES ->
          new String[] {"INSERT INTO t VALUES (1, 'one', 'c', 'e'), (2, 'two', '', '')"};
      default -> new String[] {"INSERT INTO t (id, a) VALUES (1, 'one'), (2, 'two')"};
    };
  }

  private Operation operation(Operation.TableOperation change) {
    position++;
    return new Operation(new OperationId(new UUID(1, position), position), main, List.of(change));
  }

  private List<Row> read(TableState state) {
    return list(backend.adapter().rows(table, state, RowQuery.page(null, 1000)));
  }

  private List<RowChange> changes(RowsLocation from) {
    return list(
        backend
            .adapter()
            .changes(
                table,
                new TableState.Committed(from),
                new TableState.Working(main, head),
                ChangeQuery.all()));
  }

  private List<RowChange> difference(List<Row> before, List<Row> after) {
    int[] key = table.schema().keyIndexes();
    Map<Object, Row> was = new HashMap<>();
    before.forEach(row -> was.put(row.key(key), row));
    List<RowChange> changes = new ArrayList<>();
    for (Row row : after) {
      Row former = was.remove(row.key(key));
      if (!row.equals(former)) {
        changes.add(new RowChange(row.key(key), former, row));
      }
    }
    was.values().forEach(row -> changes.add(new RowChange(row.key(key), row, null)));
    return changes;
  }

  private static <T> List<T> list(RowStream<T> stream) {
    List<T> all = new ArrayList<>();
    try (stream) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }

  private List<String> objects() {
    try (var connection = backend.connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT name FROM sqlite_schema")) {
      List<String> names = new ArrayList<>();
      while (row.next()) {
        names.add(row.getString(1));
      }
      return names;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
