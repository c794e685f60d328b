package dev.epoch.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.state.CommittedContent;
import dev.epoch.storage.state.PendingChanges;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live table that a tool has made anew, without Epoch's triggers. */
class SqliteReplacedTableTest {
  private static final BranchHandle MAIN = new BranchHandle("r", "m1", "main", true);
  private static final String[] REBUILD = {
    "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
    "INSERT INTO n SELECT * FROM t",
    "DROP TABLE t",
    "ALTER TABLE n RENAME TO t"
  };

  @TempDir Path folder;
  private SqliteBackend backend;
  private TableHandle table;
  private CommittedContent committed;

  @BeforeEach
  void aTable() {
    backend = new SqliteBackend(folder.resolve("t.db"));
    backend.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
        "INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2)");
    TablePath path = new TablePath("main", "t");
    table =
        new TableHandle(
            "r", "t1", "t", path, backend.adapter().introspect(path, List.of()).schema());
    backend.adapter().install(new OperationId(new UUID(1, 1), 1), table);
    backend.adapter().putBranch(MAIN, Map.of(table.id(), at()));
    try (RowStream<Row> rows = stream()) {
      TableContent content = TableContent.of(table.schema(), rows);
      committed = new CommittedContent(content.rows(), content.sum().hash());
    }
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private BranchTable at() {
    return new BranchTable(table, RowsLocation.live(1));
  }

  private RowStream<Row> stream() {
    return backend
        .adapter()
        .rows(table, new TableState.Committed(RowsLocation.live(1)), RowQuery.page(null, 100));
  }

  private List<String> committedRows() {
    List<String> rows = new ArrayList<>();
    try (RowStream<Row> stream = stream()) {
      stream.forEachRemaining(row -> rows.add(String.join(" ", row.values())));
    }
    return rows;
  }

  private void verify() {
    backend.adapter().verify(MAIN, List.of(at()), _ -> committed);
  }

  private PendingChanges pending() {
    return backend
        .adapter()
        .pending(MAIN, List.of(at()))
        .getOrDefault("t1", new PendingChanges(0, 0, 0));
  }

  @Test
  void aTableWithTheSameRowsIsCapturedAgain() {
    // given: a captured change before, which the new table has
    backend.run("UPDATE t SET a = 'eins' WHERE id = 1");
    backend.run(REBUILD);
    assertThat(backend.adapter().uncaptured("r"))
        .extracting(UncapturedTable::tableId)
        .containsExactly("t1");

    // when
    verify();
    backend.run("DELETE FROM t WHERE id = 2");

    // then
    assertThat(backend.adapter().uncaptured("r")).isEmpty();
    assertThat(pending()).isEqualTo(new PendingChanges(0, 1, 1));
    assertThat(committedRows()).containsExactly("1 one 1", "2 two 2");
  }

  @Test
  void whatNothingCapturedIsNoticedUntilItIsPutBack() {
    backend.run(REBUILD);
    backend.run("UPDATE t SET a = 'eins' WHERE id = 1");
    pending();
    assertThatThrownBy(this::verify)
        .isInstanceOf(CaptureOffException.class)
        .hasMessageContaining("'t'");
    assertThatThrownBy(this::verify).isInstanceOf(CaptureOffException.class);
    assertThat(backend.adapter().uncaptured("r")).hasSize(1);

    // when
    backend.run("UPDATE t SET a = 'one' WHERE id = 1");
    verify();

    // then
    assertThat(backend.adapter().uncaptured("r")).isEmpty();
    assertThat(pending()).isEqualTo(new PendingChanges(0, 0, 0));
    backend.run("UPDATE t SET a = 'uno' WHERE id = 1");
    assertThat(committedRows()).containsExactly("1 one 1", "2 two 2");
    verify();
  }

  @Test
  void rowsOfATableThatHasLostAColumnAreCounted() {
    backend.run(
        "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT)",
        "INSERT INTO n SELECT id, a FROM t",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t",
        "INSERT INTO t VALUES (3, 'three')");
    assertThatThrownBy(this::verify).isInstanceOf(CaptureOffException.class);
    backend.run("DELETE FROM t WHERE id = 3");
    verify();
    assertThat(backend.adapter().uncaptured("r")).isEmpty();
  }
}
