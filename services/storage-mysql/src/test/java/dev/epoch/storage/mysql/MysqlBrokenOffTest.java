package dev.epoch.storage.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.location.AddressRules;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Statements that change shapes commit by themselves: whatever step is broken off between any two
 * statements, the application goes on, and the step taken again ends as if it had not been.
 */
class MysqlBrokenOffTest {
  private static final BranchHandle MAIN = new BranchHandle("r", "m1", "main", true);
  private static final BranchHandle FEATURE = new BranchHandle("r", "f1", "feature", false);
  private static final OperationId FIRST = new OperationId(new UUID(1, 1), 1);

  private MysqlBackend backend;
  private StorageAdapter adapter;
  private TableHandle person;

  @BeforeEach
  void aDatabase() {
    backend = new MysqlBackend();
    adapter = backend.adapter();
    person =
        new TableHandle(
            "r",
            "t1",
            "person",
            backend.path(),
            adapter.introspect(backend.path(), List.of()).schema());
  }

  @AfterEach
  void dropIt() {
    backend.close();
  }

  /** Runs a step that breaks before its n-th writing statement; whether it broke. */
  private boolean breaks(int statements, Consumer<StorageAdapter> step) {
    MysqlSettings settings = backend.settings();
    BreakingSource source =
        new BreakingSource(MysqlConnections.source(settings, AddressRules.ANYTHING), statements);
    try (StorageAdapter broken = new MysqlStorageAdapter(settings, source)) {
      step.accept(broken);
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private List<String> rows(TableHandle table, TableState state) {
    List<String> rows = new ArrayList<>();
    try (var stream = adapter.rows(table, state, RowQuery.page(null, 100))) {
      stream.forEachRemaining(row -> rows.add(row.toString()));
    }
    return rows;
  }

  private static TableState at(long position) {
    return new TableState.Committed(RowsLocation.live(position));
  }

  private void put() {
    BranchTable head = new BranchTable(person, RowsLocation.live(1));
    adapter.putBranch(MAIN, Map.of("t1", head));
    adapter.putBranch(FEATURE, Map.of("t1", head));
  }

  private RowsLocation commit(TableHandle table, RowsLocation head, long position) {
    Operation commit =
        new Operation(
            new OperationId(new UUID(1, position), position),
            MAIN,
            List.of(new Operation.CommitWorkingSet(new BranchTable(table, head))));
    return adapter.apply(commit, Map.of()).locations().get(table.id());
  }

  private long traces() {
    return backend
        .select(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                + " AND table_name LIKE 'epoch%' UNION SELECT trigger_name FROM"
                + " information_schema.triggers WHERE trigger_schema = DATABASE()"
                + " AND trigger_name LIKE 'epoch%'")
        .size();
  }

  @Test
  void aRegistration() {
    int broken = 0;
    while (breaks(broken, each -> each.install(FIRST, person))) {
      broken++;
      // the application goes on
      backend.run(
          "UPDATE person SET age = age + 1",
          "DELETE FROM person WHERE id = 9",
          "INSERT INTO person VALUES (9, 'Nine', 0)");

      adapter.install(FIRST, person);
      put();
      backend.run("UPDATE person SET name = 'changed' WHERE id = 1");
      assertThat(rows(person, at(1))).anyMatch(row -> row.contains("Ann"));
      commit(person, RowsLocation.live(1), 5);
      assertThat(rows(person, at(5))).noneMatch(row -> row.contains("Ann"));
      adapter.uninstall();
      assertThat(traces()).isZero();
      backend.run("UPDATE person SET name = 'Ann' WHERE id = 1");
    }
    assertThat(broken).isGreaterThan(15);
  }

  @Test
  void aChangedShape() {
    int broken = 0;
    boolean again = true;
    while (again) {
      adapter.install(FIRST, person);
      put();
      backend.run("ALTER TABLE person ADD COLUMN extra VARCHAR(10) DEFAULT 'x', MODIFY age BIGINT");
      BranchTable head = new BranchTable(person, RowsLocation.live(1));
      again = breaks(broken, each -> each.schemas(MAIN, List.of(head)));
      broken++;
      backend.run("UPDATE person SET extra = 'y', name = 'changed' WHERE id = 1");

      TableHandle now = person.with(adapter.schemas(MAIN, List.of(head)).get("t1"));
      backend.run("UPDATE person SET extra = 'z', age = 9000000000 WHERE id = 2");
      assertThat(rows(now, at(1)))
          .anyMatch(row -> row.contains("Ann, 30, x"))
          .anyMatch(row -> row.contains("Bob, 40, x"));
      commit(now, RowsLocation.live(1), 5);
      assertThat(rows(now, at(5)))
          .anyMatch(row -> row.contains("changed, 30, y"))
          .anyMatch(row -> row.contains("Bob, 9000000000, z"));
      assertThat(rows(person, at(1))).anyMatch(row -> row.contains("Ann, 30"));
      adapter.uninstall();
      backend.run(
          "ALTER TABLE person DROP COLUMN extra",
          "UPDATE person SET name = 'Ann' WHERE id = 1",
          "UPDATE person SET age = 40 WHERE id = 2",
          "ALTER TABLE person MODIFY age INT");
    }
    assertThat(broken).isGreaterThan(6);
  }

  @Test
  void aRemovalThatKeepsWhatCommitsRead() {
    for (int broken = 0; ; broken++) {
      adapter.install(FIRST, person);
      put();
      backend.run("UPDATE person SET name = 'changed' WHERE id = 1");
      Removal keeping = new Removal(true, true);
      boolean again = breaks(broken, each -> each.remove(person, keeping));
      backend.run("UPDATE person SET age = age + 1");

      adapter.remove(person, keeping);
      assertThat(rows(person.asRemoved(), at(1)))
          .anyMatch(row -> row.contains("Ann, 30"))
          .hasSize(3);
      adapter.remove(person.asRemoved(), Removal.OF_EVERYTHING);
      assertThat(adapter.reclaimTables("r", Set.of(), true)).isEmpty();
      adapter.uninstall();
      assertThat(traces()).isZero();
      backend.run("UPDATE person SET name = 'Ann', age = 30 WHERE id = 1");
      if (!again) {
        assertThat(broken).isGreaterThan(8);
        return;
      }
    }
  }

  @Test
  void aRemoval() {
    for (int broken = 0; ; broken++) {
      adapter.install(FIRST, person);
      put();
      backend.run("UPDATE person SET name = 'changed' WHERE id = 1");
      Removal all = Removal.OF_EVERYTHING;
      boolean again = breaks(broken, each -> each.remove(person, all));
      backend.run("UPDATE person SET age = age + 1");

      adapter.remove(person, all);
      // a later registration takes what was left for its own
      adapter.install(FIRST, person);
      backend.run("UPDATE person SET age = age + 1");
      adapter.uninstall();
      assertThat(traces()).isZero();
      if (!again) {
        assertThat(broken).isGreaterThan(4);
        return;
      }
    }
  }
}
