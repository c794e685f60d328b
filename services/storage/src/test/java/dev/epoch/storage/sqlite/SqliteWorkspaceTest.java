package dev.epoch.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.branch.OpenedTables;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A branch in a file of its own, which any program opens. */
class SqliteWorkspaceTest {
  private static final BranchHandle MAIN = new BranchHandle("r", "m1", "main", true);
  private static final BranchHandle X = new BranchHandle("r", "b1", "x", false);

  @TempDir Path folder;
  private Path database;
  private SqliteStorageAdapter adapter;
  private TableHandle table;
  private RowsLocation head = RowsLocation.live(1);
  private long position = 1;

  @BeforeEach
  void database() {
    database = folder.resolve("shop.db");
  }

  @AfterEach
  void close() {
    adapter.close();
  }

  private void begin(String... statements) throws SQLException {
    run(database, statements);
    adapter =
        new SqliteStorageAdapter(
            new SqliteSettings(
                database,
                SqliteSettings.of(database).journalMode(),
                true,
                Duration.ofMillis(300),
                false));
    TablePath path = new TablePath("main", "t");
    table = new TableHandle("r", "t1", "t", path, adapter.introspect(path, List.of()).schema());
    adapter.install(new OperationId(new UUID(1, 1), 1), table);
    adapter.putBranch(MAIN, Map.of(table.id(), at()));
    adapter.putBranch(X, Map.of(table.id(), at()));
  }

  private void shop() throws SQLException {
    begin(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER DEFAULT 7)",
        "CREATE TABLE log (what TEXT)",
        "CREATE TRIGGER twice AFTER UPDATE OF a ON t BEGIN UPDATE t SET b = b * 2 WHERE id = NEW.id; END",
        "CREATE VIEW v AS SELECT a FROM t",
        "INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20)");
  }

  private Path open() {
    OpenedTables opened = adapter.openTables().orElseThrow().open(X, List.of());
    assertThat(opened.tables()).allSatisfy(found -> assertThat(found.open()).isTrue());
    return Path.of(opened.place());
  }

  private BranchTable at() {
    return new BranchTable(table, head);
  }

  private void run(Path file, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<String> select(Path file, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          values.add(row.getString(i));
        }
        rows.add(String.join(" ", values));
      }
    }
    return rows;
  }

  private List<Row> rows(TableState state) {
    List<Row> rows = new ArrayList<>();
    try (RowStream<Row> stream = adapter.rows(table, state, RowQuery.page(null, 1000))) {
      stream.forEachRemaining(rows::add);
    }
    return rows;
  }

  private List<String> working() {
    return rows(new TableState.Working(X, head)).stream()
        .map(row -> String.join(" ", row.values()))
        .toList();
  }

  private PendingChanges pending() {
    return adapter.pending(X, List.of(at())).getOrDefault("t1", new PendingChanges(0, 0, 0));
  }

  private Operation commit() {
    position++;
    Operation operation =
        new Operation(
            new OperationId(new UUID(1, position), position),
            X,
            List.of(new Operation.CommitWorkingSet(at())));
    head = adapter.apply(operation, Map.of()).locations().get("t1");
    return operation;
  }

  private void write(int id, String a) {
    adapter.write(
        X,
        at(),
        List.of(new RowWrite.Upsert(Map.of("id", IntNode.valueOf(id), "a", TextNode.valueOf(a)))),
        Optional.empty());
  }

  // ---- clients

  @Test
  void whatClientsChangeIsTheBranchs() throws SQLException {
    // given
    shop();
    Path file = open();
    assertThat(file).isEqualTo(folder.resolve("shop.x.db"));

    // when
    run(
        file,
        "UPDATE t SET a = 'eins' WHERE id = 1",
        "INSERT INTO t (id, a) VALUES (3, 'three') ON CONFLICT (id) DO UPDATE SET a = excluded.a",
        "DELETE FROM t WHERE id = 2");

    // then: triggers and defaults of the application were at work
    assertThat(pending()).isEqualTo(new PendingChanges(1, 1, 1));
    assertThat(adapter.touched(X, List.of(at()))).containsExactly("t1");
    assertThat(working()).containsExactly("1 eins 20", "3 three 7");
    assertThat(select(file, "SELECT * FROM v")).containsExactlyInAnyOrder("eins", "three");

    // when
    RowsLocation first = head;
    Operation commit = commit();

    // then
    assertThat(pending()).isEqualTo(new PendingChanges(0, 0, 0));
    assertThat(rows(new TableState.Committed(first))).hasSize(2);
    assertThat(select(database, "SELECT * FROM t")).containsExactly("1 one 10", "2 two 20");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 eins 20", "3 three 7");

    // when: taken back, all is uncommitted again
    adapter.revert(commit);
    head = first;
    assertThat(pending()).isEqualTo(new PendingChanges(1, 1, 1));
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 eins 20", "3 three 7");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      // the table that rows refer to is not versioned in it
      names = "REFERENCES_THAT_CASCADE")
  void whateverClientsDoIsCaptured(SqliteApplicationsTest.Case given) throws SQLException {
    // given
    begin(
        Stream.of(given.table.split("; (?!END)"), SqliteApplicationsTest.rows(given))
            .flatMap(Arrays::stream)
            .toArray(String[]::new));
    List<Row> before = rows(new TableState.Committed(head));
    Path file = open();

    // when
    run(file, given.statements.toArray(String[]::new));

    // then
    RowsLocation first = head;
    List<Row> now = rows(new TableState.Working(X, head));
    assertThat(now).hasSize(Integer.parseInt(select(file, "SELECT count(*) FROM t").getFirst()));
    commit();
    assertThat(rows(new TableState.Committed(head))).isEqualTo(now);
    assertThat(rows(new TableState.Committed(first))).isEqualTo(before);

    // when: the file is made anew from the layers
    String all =
        given == SqliteApplicationsTest.Case.ODD_NAMES
            ? "SELECT quote(id), quote(\"a \"\"b\") FROM t ORDER BY id"
            : "SELECT typeof(a), quote(a), quote(id) FROM t ORDER BY id";
    List<String> had = select(file, all);
    adapter.openTables().orElseThrow().close(X, List.of());
    assertThat(file).doesNotExist();
    open();

    // then
    assertThat(select(file, all)).isEqualTo(had);
    adapter.uninstall();
    assertThat(file).doesNotExist();
    assertThat(select(database, "SELECT name FROM sqlite_schema WHERE name LIKE 'epoch%'"))
        .isEmpty();
  }

  // ---- others

  @Test
  void whatOthersWriteReachesTheFile() throws SQLException {
    shop();
    Path file = open();
    run(file, "UPDATE t SET b = 21 WHERE id = 2");

    // when: a record, unique values that change places, a merge onto the branch
    write(1, "eins");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 eins 10", "2 two 21");
    assertThat(working()).containsExactly("1 eins 10", "2 two 21");
    write(2, "zwei");
    write(1, "two");
    write(2, "eins");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 two 10", "2 eins 21");
    commit();

    // then: nothing of it is a change of a client
    assertThat(pending()).isEqualTo(new PendingChanges(0, 0, 0));
    run(file, "UPDATE t SET b = 0 WHERE id = 1");
    assertThat(pending()).isEqualTo(new PendingChanges(0, 1, 0));
  }

  @Test
  void aRowThatTheFileCannotHaveIsRefused() throws SQLException {
    shop();
    Path file = open();
    assertThatThrownBy(() -> write(3, "one"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("UNIQUE");
    assertThat(working()).containsExactly("1 one 10", "2 two 20");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 one 10", "2 two 20");
  }

  @Test
  void aClientsTransactionIsWaitedFor() throws SQLException {
    shop();
    Path file = open();
    try (Connection client = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = client.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      statement.execute("UPDATE t SET b = 5 WHERE id = 1");
      assertThat(working()).containsExactly("1 one 10", "2 two 20");
      assertThatThrownBy(() -> write(2, "zwei"))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("shop.x.db");
      statement.execute("COMMIT");
    }
    write(2, "zwei");
    assertThat(working()).containsExactly("1 one 5", "2 zwei 20");
  }

  // ---- shapes

  @Test
  void changesOfSchemasAreNoticedAndNamed() throws SQLException {
    shop();
    Path file = open();
    run(file, "ALTER TABLE t ADD COLUMN c TEXT", "UPDATE t SET b = 1 WHERE id = 1");
    for (Runnable asking : List.<Runnable>of(this::pending, this::commit, this::working)) {
      assertThatThrownBy(asking::run)
          .isInstanceOf(TableChangedException.class)
          .hasMessageContaining("c TEXT");
    }

    // when: it is taken back, nothing was lost
    run(file, "ALTER TABLE t DROP COLUMN c");
    assertThat(working()).containsExactly("1 one 1", "2 two 20");

    // when: what no commit of the branch would have
    for (String[] there :
        new String[][] {
          {"CREATE INDEX i ON t (b)", "DROP INDEX i"},
          {"CREATE TABLE mine (id INTEGER)", "DROP TABLE mine"},
          {"CREATE VIEW w AS SELECT 1", "DROP VIEW w"},
          {"CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END", "DROP TRIGGER g"}
        }) {
      run(file, there[0]);
      assertThatThrownBy(this::commit).as(there[0]).isInstanceOf(TableChangedException.class);
      run(file, there[1]);
    }
    commit();
    run(file, "DROP TABLE t");
    assertThatThrownBy(this::pending)
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("dropped");
  }

  /** As migrations rebuild tables: triggers are gone with the former one. */
  @Test
  void aTableThatIsMadeAnewIsComparedAndCapturedAgain() throws SQLException {
    shop();
    Path file = open();
    String made = "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER DEFAULT 7)";
    run(
        file,
        "PRAGMA legacy_alter_table = ON",
        made,
        "INSERT INTO n SELECT id, a, b + 1 FROM t WHERE id = 1",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t",
        "CREATE TRIGGER twice AFTER UPDATE OF a ON t BEGIN UPDATE t SET b = b * 2 WHERE id = NEW.id; END",
        "INSERT INTO t VALUES (9, 'nine', 9)");
    assertThat(working()).containsExactly("1 one 11", "9 nine 9");
    run(file, "DELETE FROM t WHERE id = 9");
    assertThat(working()).containsExactly("1 one 11");
    commit();
    assertThat(working()).containsExactly("1 one 11");
  }

  // ---- crashes

  private void copy(Path from, Path to) throws IOException, SQLException {
    run(from, "PRAGMA wal_checkpoint(TRUNCATE)");
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private void putBack(Path copy, Path file) throws IOException {
    SqliteWorkspaceFile.delete(file);
    Files.copy(copy, file);
  }

  /** The database was committed, and the file was not: as if the process had died between. */
  @Test
  void aFileThatLacksWhatTheDatabaseHasGetsIt() throws Exception {
    shop();
    Path file = open();
    Path copy = folder.resolve("copy");
    run(file, "UPDATE t SET b = 11 WHERE id = 1");
    copy(file, copy);
    write(2, "zwei");
    commit();
    assertThat(working()).containsExactly("1 one 11", "2 zwei 20");

    // when
    putBack(copy, file);
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 one 11", "2 two 20");

    // then: what was drained is not drained again, and what is missing comes
    assertThat(pending()).isEqualTo(new PendingChanges(0, 0, 0));
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 one 11", "2 zwei 20");

    // when: a client has written meanwhile
    copy(file, copy);
    write(2, "deux");
    putBack(copy, file);
    run(file, "UPDATE t SET b = 12 WHERE id = 1");
    assertThat(working()).containsExactly("1 one 12", "2 deux 20");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 one 12", "2 deux 20");
  }

  @Test
  void aFileThatIsGoneOrAnotherIsNamed() throws Exception {
    shop();
    Path file = open();
    Path copy = folder.resolve("copy");
    copy(file, copy);
    run(file, "UPDATE t SET b = 11 WHERE id = 1");
    assertThat(working()).containsExactly("1 one 11", "2 two 20");

    // an older copy
    putBack(copy, file);
    assertThatThrownBy(this::working).hasMessageContaining("older copy");
    assertThatThrownBy(this::commit).hasMessageContaining("older copy");

    // another file
    SqliteWorkspaceFile.delete(file);
    run(file, "CREATE TABLE t (id INTEGER PRIMARY KEY)");
    assertThatThrownBy(this::working).hasMessageContaining("another was put in its place");

    // none
    SqliteWorkspaceFile.delete(file);
    assertThatThrownBy(this::working).hasMessageContaining("is gone");
    assertThat(open()).isEqualTo(file);
    assertThat(working()).containsExactly("1 one 11", "2 two 20");
    assertThat(select(file, "SELECT * FROM t")).containsExactly("1 one 11", "2 two 20");

    // somebody else's
    SqliteWorkspaceFile.delete(file);
    adapter.openTables().orElseThrow().close(X, List.of());
    run(file, "CREATE TABLE mine (id INTEGER)");
    assertThatThrownBy(this::open).hasMessageContaining("it is not the branch's");
    assertThat(select(file, "SELECT count(*) FROM mine")).containsExactly("0");
  }

  // ---- the end

  @Test
  void closingBringsInWhatWasChangedAndTakesTheFileAway() throws SQLException {
    shop();
    Path file = open();
    run(file, "UPDATE t SET b = 12 WHERE id = 1");
    assertThatThrownBy(() -> adapter.requireRemovable(table, new Removal(false, false)))
        .isInstanceOf(PendingChangesException.class);
    try (Connection client = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = client.createStatement()) {
      statement.execute("UPDATE t SET b = 11 WHERE id = 1");
      adapter.openTables().orElseThrow().close(X, List.of());
      assertThat(file).doesNotExist();

      // then: who still has it open is told
      assertThatThrownBy(() -> statement.execute("UPDATE t SET b = 12 WHERE id = 1"))
          .hasMessageContaining("closed");
    }
    assertThat(working()).containsExactly("1 one 11", "2 two 20");
    assertThat(adapter.openTables().orElseThrow().opened(X).place()).isNull();
    assertThat(select(database, "SELECT name FROM sqlite_schema WHERE name LIKE 'epoch_work%'"))
        .isEmpty();

    // when
    open();
    adapter.dropBranch(X);
    assertThat(file).doesNotExist();
  }
}
