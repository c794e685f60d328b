package dev.epoch.storage.mysql;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever an application does to a table, its last commit stays, and the next one has it all. */
class MysqlApplicationsTest {
  /** What applications do. */
  enum Case {
    REPLACE_BY_KEY("REPLACE INTO t VALUES (1, 'new')"),
    REPLACE_BY_ANOTHER_UNIQUE_COLUMN(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) UNIQUE)",
        "REPLACE INTO t VALUES (9, 'one')"),
    REPLACE_OF_TWO_ROWS(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) UNIQUE)",
        "REPLACE INTO t VALUES (2, 'one')"),
    UPSERT("INSERT INTO t VALUES (1, 'x'), (9, 'y') ON DUPLICATE KEY UPDATE a = VALUES(a)"),
    INSERT_IGNORE("INSERT IGNORE INTO t VALUES (1, 'x'), (9, 'y')"),
    UPDATE_IGNORE(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) UNIQUE)",
        "UPDATE IGNORE t SET a = 'two' WHERE id = 1",
        "UPDATE t SET a = 'x' WHERE id = 2"),
    DELETE_ALL("DELETE FROM t"),
    DELETE_SOME_IN_ORDER("DELETE FROM t ORDER BY id DESC LIMIT 1"),
    OF_TWO_TABLES_AT_ONCE(
        "CREATE TABLE o (id INT PRIMARY KEY) AS SELECT 1 AS id",
        "UPDATE t JOIN o ON o.id = t.id SET t.a = 'joined'",
        "DELETE t FROM t JOIN o ON o.id = t.id"),
    KEYS_THAT_MOVE_UP("UPDATE t SET id = id + 1 ORDER BY id DESC"),
    KEYS_THAT_SWAP(
        "UPDATE t SET id = -1 WHERE id = 1",
        "UPDATE t SET id = 1 WHERE id = 2",
        "UPDATE t SET id = 2 WHERE id = -1"),
    THERE_AND_BACK("DELETE FROM t WHERE id = 1", "INSERT INTO t VALUES (1, 'one')"),
    NUMBERS_THAT_THE_DATABASE_GIVES(
        "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(20))",
        "INSERT INTO t (a) VALUES ('x'), ('y')"),
    LOADED_FROM_A_FILE(
        "SELECT id, 'loaded' FROM t WHERE id = 1 UNION SELECT 50, 'new' INTO OUTFILE '../loaded.txt'",
        "LOAD DATA INFILE '../loaded.txt' REPLACE INTO TABLE t"),
    INSERT_SELECT("INSERT INTO t SELECT id + 100, a FROM t"),
    KEYS_THAT_IGNORE_CASE(
        "CREATE TABLE t (id VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY, a VARCHAR(20))",
        "REPLACE INTO t VALUES ('ONE', 'x')",
        "UPDATE t SET a = 'y' WHERE id = 'One'",
        "UPDATE t SET id = 'one' WHERE id = 'ONE'",
        "UPDATE t SET id = 'tWo' WHERE id = '2'"),
    KEYS_OF_FOREIGN_LETTERS(
        "CREATE TABLE t (id VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci PRIMARY KEY, a VARCHAR(20))",
        "INSERT INTO t VALUES ('straße', 'x'), ('Ж', 'y')",
        "UPDATE t SET a = 'z' WHERE id = 'strasse'",
        "UPDATE t SET id = 'STRASSE' WHERE id = 'straße'"),
    TEXTS_THAT_DIFFER_IN_CASE_OR_SPACES_ALONE(
        "UPDATE t SET a = 'ONE' WHERE id = 1", "UPDATE t SET a = 'two ' WHERE id = 2"),
    ENUMS_SETS_AND_BITS(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), e ENUM('z', 'a'), s SET('x', 'y', 'it''s'), b BIT(9))",
        "UPDATE t SET e = 'a', s = 'y,x', b = b'100000001' WHERE id = 1",
        "SET sql_mode = ''; INSERT INTO t VALUES (9, 'bad', 'none', 'q', 0)"),
    NUMBERS_AT_THEIR_ENDS(
        "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, a VARCHAR(20), f FLOAT, d DOUBLE, n DECIMAL(65, 30), y YEAR, z INT(9) ZEROFILL)",
        "INSERT INTO t VALUES (18446744073709551615, '', 16777217, 1e308, 12345678901234567890.000000000000000000000000000001, 0, 7)",
        "UPDATE t SET f = 0.1, d = -0e0, y = 2155, z = 999999999 WHERE id = 1"),
    DATES_OF_EVERY_SORT(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), d DATE, t TIME(3), dt DATETIME(2), ts TIMESTAMP(6) NULL)",
        "SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+05:30';"
            + " INSERT INTO t VALUES (9, '', '0000-00-00', '-838:59:59', '2024-00-31 10:00', '2024-01-31 12:00:00.000001')",
        "UPDATE t SET d = '2024-02-29', t = '25:00:00.5', dt = '0000-00-00 00:00:00' WHERE id = 1"),
    DOCUMENTS_AND_BYTES(
        "CREATE TABLE t (id BINARY(4) PRIMARY KEY, a VARCHAR(20), j JSON, b BINARY(3), v VARBINARY(9), u UUID, i INET6, p POINT)",
        "UPDATE t SET j = '{\"b\": 1,  \"a\": 2}', b = 'x', v = 0x0020, u = UUID(), i = '::1', p = POINT(1, 2) WHERE id LIKE '1%'",
        "INSERT INTO t (id, a) VALUES (0x00ff, 'x')"),
    GENERATED_COLUMNS(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20) AS (UPPER(a)) STORED, c INT AS (LENGTH(a)))",
        "UPDATE t SET a = 'x' WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (9, 'long')"),
    TIMES_THAT_THE_DATABASE_GIVES(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), at TIMESTAMP DEFAULT '2001-01-01' ON UPDATE CURRENT_TIMESTAMP)",
        "UPDATE t SET a = 'x' WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (9, 'long')"),
    SEVERAL_COLUMNS_AS_KEY(
        "CREATE TABLE t (id INT, a VARCHAR(20), b VARCHAR(20), PRIMARY KEY (a, id))",
        "UPDATE t SET id = 7 WHERE id = 1",
        "DELETE FROM t WHERE id = 2"),
    TRIGGERS_OF_THE_APPLICATION(
        "CREATE TABLE log (n INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(20));"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20));"
            + " CREATE TRIGGER mine BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = CONCAT(NEW.a, '!');"
            + " CREATE TRIGGER other AFTER UPDATE ON t FOR EACH ROW INSERT INTO log (a) VALUES (OLD.a)",
        "UPDATE t SET a = 'x'"),
    ODD_NAMES(
        "CREATE TABLE t (id INT PRIMARY KEY, `a ``b` VARCHAR(20), `c d` VARCHAR(20), `e%f` VARCHAR(20), a VARCHAR(20), `select` INT)",
        "UPDATE t SET `a ``b` = 'x', `c d` = 'y', `select` = 3 WHERE id = 1"),
    PARTITIONS(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20)) PARTITION BY HASH (id) PARTITIONS 3",
        "UPDATE t SET id = 10, a = 'x' WHERE id = 1",
        "DELETE FROM t WHERE id = 2"),
    ROLLED_BACK("START TRANSACTION; DELETE FROM t; ROLLBACK", "UPDATE t SET a = 'x' WHERE id = 2"),
    BACK_TO_A_SAVEPOINT(
        "START TRANSACTION; UPDATE t SET a = 'x' WHERE id = 2; SAVEPOINT s; DELETE FROM t; ROLLBACK TO s; COMMIT"),
    XA(
        "XA START 'one'; UPDATE t SET a = 'x' WHERE id = 1; XA END 'one'; XA PREPARE 'one'; XA COMMIT 'one'"),
    SERIALIZABLE(
        "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION; UPDATE t SET a = 'x'; COMMIT"),
    MODES_OF_A_SESSION(
        "SET sql_mode = 'ANSI,PAD_CHAR_TO_FULL_LENGTH,NO_BACKSLASH_ESCAPES,TRADITIONAL'; UPDATE t SET a = 'a\\\\b' WHERE id = 1",
        "SET sql_mode = ''; INSERT INTO t VALUES ('9x', 'abc')"),
    REBUILT(
        "OPTIMIZE TABLE t", "ALTER TABLE t ENGINE = InnoDB", "UPDATE t SET a = 'x' WHERE id = 1"),
    PREPARED(
        "PREPARE p FROM 'UPDATE t SET a = ? WHERE id = ?'; SET @a = 'x', @i = 1; EXECUTE p USING @a, @i"),
    REFERENCES_THAT_CASCADE(
        "CREATE TABLE p (id INT PRIMARY KEY); INSERT INTO p VALUES (1), (2);"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE)",
        "DELETE FROM p WHERE id = 1",
        "UPDATE p SET id = 20 WHERE id = 2"),
    REFERENCES_THAT_ARE_SET_NULL(
        "CREATE TABLE p (id INT PRIMARY KEY); INSERT INTO p VALUES (1), (2);"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), q INT DEFAULT 1,"
            + " FOREIGN KEY (q) REFERENCES p (id) ON DELETE SET NULL)",
        "UPDATE t SET q = 2 WHERE id = 2",
        "DELETE FROM p WHERE id = 1"),
    REFERENCES_THAT_ARE_SET_NULL_BY_UPDATES(
        "CREATE TABLE p (id INT PRIMARY KEY, x INT); INSERT INTO p VALUES (1, 0);"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), q INT DEFAULT 1,"
            + " FOREIGN KEY (q) REFERENCES p (id) ON UPDATE SET NULL)",
        "UPDATE p SET x = 1",
        "UPDATE p SET id = 20"),
    REFERENCES_OVER_ANOTHER_TABLE(
        "CREATE TABLE g (id INT PRIMARY KEY); INSERT INTO g VALUES (7);"
            + " CREATE TABLE p (id INT PRIMARY KEY, g INT, FOREIGN KEY (g) REFERENCES g (id) ON DELETE CASCADE);"
            + " INSERT INTO p VALUES (1, 7), (2, NULL);"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE)",
        "DELETE FROM g"),
    KEYS_THAT_CASCADE_OVER_ANOTHER_TABLE(
        "CREATE TABLE g (id INT PRIMARY KEY); INSERT INTO g VALUES (1), (2);"
            + " CREATE TABLE p (g INT, n INT, PRIMARY KEY (g, n), FOREIGN KEY (g) REFERENCES g (id) ON UPDATE CASCADE);"
            + " INSERT INTO p VALUES (1, 5), (2, 5);"
            + " CREATE TABLE t (id INT, a VARCHAR(20), n INT DEFAULT 5, PRIMARY KEY (id, n),"
            + " FOREIGN KEY (id, n) REFERENCES p (g, n) ON UPDATE CASCADE)",
        "UPDATE g SET id = 30 WHERE id = 1"),
    A_TREE_THAT_GOES(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), up INT DEFAULT 1, FOREIGN KEY (up) REFERENCES t (id) ON DELETE CASCADE)",
        "DELETE FROM t WHERE id = 1"),
    A_TREE_THAT_GOES_WITH_ITS_ROOT(
        "CREATE TABLE p (id INT PRIMARY KEY, up INT, FOREIGN KEY (up) REFERENCES p (id) ON DELETE CASCADE);"
            + " INSERT INTO p VALUES (1, NULL), (2, 1);"
            + " CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), FOREIGN KEY (id) REFERENCES p (id) ON DELETE CASCADE)",
        "DELETE FROM p WHERE id = 1");

    final String table;
    final List<String> statements;

    Case(String... statements) {
      boolean given = statements[0].contains("CREATE TABLE t ");
      List<String> all = List.of(statements);
      this.table = given ? statements[0] : "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20))";
      this.statements = given ? all.subList(1, all.size()) : all;
    }
  }

  private MysqlBackend backend;
  private TableHandle table;
  private final BranchHandle main = new BranchHandle("r", "m1", "main", true);
  private RowsLocation head = RowsLocation.live(1);
  private long position = 1;

  @ParameterizedTest
  @EnumSource
  void commitsStayAndTheNextOneHasItAll(Case given) {
    backend = new MysqlBackend();
    try {
      // given
      backend.run(given.table.split("; "));
      backend.run("INSERT INTO t (id, a) VALUES (1, 'one'), (2, 'two')");
      TablePath path = new TablePath(backend.database, "t");
      table =
          new TableHandle(
              "r", "t1", "t", path, backend.adapter().introspect(path, List.of()).schema());
      backend.adapter().install(new OperationId(new UUID(1, 1), 1), table);
      backend.adapter().putBranch(main, Map.of(table.id(), new BranchTable(table, head)));
      List<Row> before = read(new TableState.Committed(head));
      assertThat(before).hasSize(2);

      // when
      given.statements.forEach(statements -> backend.run(statements.split("; ")));

      // then
      RowsLocation first = head;
      List<Row> now = read(new TableState.Working(main, head));
      assertThat(now)
          .hasSize(
              Integer.parseInt(
                  backend.select("SELECT count(*) FROM t").getFirst().replaceAll("\\D", "")));
      assertThat(read(new TableState.Committed(first))).isEqualTo(before);
      List<RowChange> expected = difference(before, now);
      assertThat(expected.isEmpty()).isEqualTo(given == Case.THERE_AND_BACK);
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
      assertThat(
              backend.select(
                  "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                      + " AND table_name LIKE 'epoch%' UNION SELECT trigger_name FROM"
                      + " information_schema.triggers WHERE trigger_schema = DATABASE()"
                      + " AND trigger_name LIKE 'epoch%'"))
          .isEmpty();
    } finally {
      backend.close();
    }
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

  /** Keys that the table takes for one are one. */
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
}
