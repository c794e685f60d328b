package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.Digest;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.TableContent;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import dev.epoch.storage.state.UncapturedTable;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that were made while the triggers of the capture were off. */
class CaptureOffTest {
  private TestRepository repository;

  @AfterEach
  void stop() {
    if (repository != null) {
      repository.close();
    }
  }

  private void start(String epoch, String... more) {
    repository =
        new TestRepository(
            database -> epoch.equals("owner") ? database.owner() : "postgres",
            "CREATE TABLE items (id integer PRIMARY KEY, name text, n integer)",
            "INSERT INTO items SELECT i, 'item' || i, i FROM generate_series(1, 5) AS i");
    repository.database.execute(more);
    repository.install("items");
  }

  private static final String DISABLED = "ALTER TABLE %s DISABLE TRIGGER USER";

  /** Ways to write past triggers: by whom, before, behind. */
  private enum Way {
    BY_NAME(
        false,
        "ALTER TABLE %1$s DISABLE TRIGGER epoch_capture_insert, DISABLE TRIGGER epoch_capture_update, DISABLE TRIGGER epoch_capture_delete",
        ""),
    STAYS_OFF(false, DISABLED, ""),
    OFF_AND_ON(false, DISABLED, "ALTER TABLE %s ENABLE TRIGGER USER"),
    OFF_AND_ALWAYS(false, DISABLED, "ALTER TABLE %s ENABLE ALWAYS TRIGGER USER"),
    ONLY_REPLICA(
        false,
        "ALTER TABLE %1$s ENABLE REPLICA TRIGGER epoch_capture_insert, ENABLE REPLICA TRIGGER epoch_capture_update, ENABLE REPLICA TRIGGER epoch_capture_delete",
        ""),
    AS_PG_RESTORE(true, "ALTER TABLE %s DISABLE TRIGGER ALL", "ALTER TABLE %s ENABLE TRIGGER ALL"),
    REPLICA(true, "SET session_replication_role = replica", "RESET session_replication_role");

    final boolean superuser;
    final String before;
    final String behind;

    Way(boolean superuser, String before, String behind) {
      this.superuser = superuser;
      this.before = before;
      this.behind = behind;
    }

    /** In one transaction, since ENABLE ALWAYS takes the names of triggers. */
    void run(TestRepository repository, String table, String... changes) throws Exception {
      try (Connection connection =
              superuser ? repository.database.connect("postgres") : repository.database.connect();
          var statement = connection.createStatement()) {
        statement.execute(switchOf(repository, before, table));
        for (String change : changes) {
          statement.execute(change.formatted(table));
        }
        if (!behind.isEmpty()) {
          statement.execute(switchOf(repository, behind, table));
        }
      }
    }

    private static String switchOf(TestRepository repository, String sql, String table) {
      if (!sql.contains("ALWAYS TRIGGER USER")) {
        return sql.formatted(table);
      }
      return "ALTER TABLE "
          + table
          + " "
          + String.join(
              ", ",
              repository
                  .database
                  .rows(
                      "SELECT 'ENABLE ALWAYS TRIGGER ' || tgname FROM pg_trigger WHERE tgrelid = ?::regclass AND NOT tgisinternal",
                      table)
                  .stream()
                  .map(List::getFirst)
                  .toList());
    }
  }

  private Digest content(TableState state) {
    try (RowStream<Row> rows =
        repository.adapter.rows(repository.table("items"), state, RowQuery.all())) {
      return TableContent.of(repository.table("items").schema(), rows).sum().hash();
    }
  }

  private List<String> uncaptured() {
    return repository.adapter.uncaptured(TestRepository.REPOSITORY).stream()
        .map(UncapturedTable::branchId)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "owner, BY_NAME, true",
    "owner, STAYS_OFF, true",
    "owner, OFF_AND_ON, true",
    "owner, OFF_AND_ALWAYS, true",
    "owner, ONLY_REPLICA, true",
    "owner, AS_PG_RESTORE, true",
    "owner, REPLICA, false",
    "superuser, BY_NAME, false",
    "superuser, STAYS_OFF, false",
    "superuser, OFF_AND_ON, false",
    "superuser, OFF_AND_ALWAYS, false",
    "superuser, ONLY_REPLICA, false",
    "superuser, AS_PG_RESTORE, false",
    "superuser, REPLICA, false"
  })
  @OwnerIsNoSuperuser
  void aLiveTable(String epoch, Way way, boolean passes) throws Exception {
    // given
    start(epoch);
    Map<RowKey, Row> before =
        repository.rows("items", repository.committed(repository.main, "items"));
    Digest committed = content(repository.committed(repository.main, "items"));
    repository.write(repository.main, "INSERT INTO items VALUES (6, 'captured', 6)");

    // when
    way.run(
        repository,
        "public.items",
        "INSERT INTO %s SELECT i, 'new' || i, i FROM generate_series(7, 2000) AS i",
        "UPDATE %s SET n = -n WHERE id BETWEEN 7 AND 10",
        "DELETE FROM %s WHERE id = 7");

    // then
    if (passes) {
      assertThat(uncaptured()).containsExactly("bmain");
      assertThat(
              repository.adapter.touched(
                  repository.main, List.of(repository.at(repository.main, "items"))))
          .isNotEmpty();
      assertThatThrownBy(() -> repository.commit(repository.main, "items"))
          .isInstanceOf(CaptureOffException.class)
          .extracting(failure -> ((StorageException) failure).remedy())
          .isEqualTo("epoch table rescan items");
      repository.adapter.rescan(
          repository.main, repository.at(repository.main, "items"), committed);
    }
    assertThat(uncaptured()).isEmpty();
    assertThat(repository.rows("items", repository.committed(repository.main, "items")))
        .isEqualTo(before);
    TableState old = repository.committed(repository.main, "items");
    repository.commit(repository.main, "items");
    assertThat(repository.rows("items", old)).isEqualTo(before);
    assertThat(repository.rows("items", repository.committed(repository.main, "items")))
        .hasSize(1999);

    // captured from then on
    TableState now = repository.committed(repository.main, "items");
    repository.write(
        repository.main, "UPDATE items SET name = 'x'", "DELETE FROM items WHERE id = 3");
    assertThat(repository.rows("items", now)).hasSize(1999);
    assertThat(repository.changes("items", now, repository.working(repository.main, "items")))
        .hasSize(1999);
  }

  @ParameterizedTest
  @CsvSource({
    "owner, BY_NAME, true",
    "owner, STAYS_OFF, true",
    "owner, OFF_AND_ON, true",
    "owner, AS_PG_RESTORE, true",
    "owner, REPLICA, false",
    "superuser, STAYS_OFF, false",
    "superuser, OFF_AND_ON, false",
    "superuser, AS_PG_RESTORE, false",
    "superuser, REPLICA, false"
  })
  @OwnerIsNoSuperuser
  void anOpenTableOfABranch(String epoch, Way way, boolean passes) throws Exception {
    // given
    start(epoch);
    BranchHandle feature = repository.branch("feature", repository.main);
    repository.adapter.open(feature, List.of(repository.table("items")));
    repository.write(feature, "UPDATE items SET name = 'committed' WHERE id IN (1, 2)");
    repository.commit(feature, "items");
    Map<RowKey, Row> before = repository.rows("items", repository.committed(feature, "items"));
    String open =
        repository
            .database
            .rows(
                """
                SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.relname = 'items' AND c.relkind = 'r' AND n.nspname LIKE 'epoch\\_%'
                """)
            .getFirst()
            .getFirst();

    // when
    way.run(
        repository,
        open,
        "INSERT INTO %s VALUES (6, 'new', 6)",
        "UPDATE %s SET n = -n WHERE id IN (1, 3)",
        "DELETE FROM %s WHERE id IN (2, 4)");

    // then
    if (passes) {
      assertThat(uncaptured()).containsExactly(feature.id());
      assertThat(repository.adapter.touched(feature, List.of(repository.at(feature, "items"))))
          .isNotEmpty();
      assertThatThrownBy(() -> repository.commit(feature, "items"))
          .isInstanceOf(CaptureOffException.class);
      assertThatThrownBy(
              () -> repository.adapter.close(feature, List.of(repository.table("items"))))
          .hasMessageContaining("may be lost");
      repository.adapter.rescan(feature, repository.at(feature, "items"), null);
    }
    assertThat(uncaptured()).isEmpty();
    TableState old = repository.committed(feature, "items");
    assertThat(repository.rows("items", old)).isEqualTo(before);
    assertThat(
            repository
                .adapter
                .pending(feature, List.of(repository.at(feature, "items")))
                .values()
                .iterator()
                .next()
                .total())
        .isEqualTo(5);
    repository.commit(feature, "items");
    assertThat(repository.rows("items", old)).isEqualTo(before);
    assertThat(repository.changes("items", old, repository.committed(feature, "items"))).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE items SET n = 0 WHERE id = 1",
        "DELETE FROM items WHERE id = 2",
        "INSERT INTO items VALUES (6, 'x', 6); DELETE FROM items WHERE id = 1",
        "TRUNCATE items"
      })
  @OwnerIsNoSuperuser
  void formerRowsThatNobodyHasAreNotInvented(String change) throws Exception {
    // given
    start("owner");
    Digest committed = content(repository.committed(repository.main, "items"));

    // when
    repository.database.execute(
        "CREATE TABLE aside AS TABLE items",
        DISABLED.formatted("items"),
        change,
        "ALTER TABLE items ENABLE TRIGGER USER");

    // then
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() ->
              repository.adapter.rescan(
                  repository.main, repository.at(repository.main, "items"), committed))
          .isInstanceOf(CaptureOffException.class)
          .hasMessageContaining("nobody knows");
      assertThat(uncaptured()).containsExactly("bmain");
      assertThatThrownBy(() -> repository.commit(repository.main, "items"))
          .isInstanceOf(CaptureOffException.class);
    }

    // and when they are put back
    repository.database.execute(
        DISABLED.formatted("items"), "DELETE FROM items", "INSERT INTO items TABLE aside");
    repository.adapter.rescan(repository.main, repository.at(repository.main, "items"), committed);

    // then
    assertThat(uncaptured()).isEmpty();
    assertThat(content(repository.committed(repository.main, "items"))).isEqualTo(committed);
  }

  @Test
  @OwnerIsNoSuperuser
  void partitionsThatAreSwitchedOffAlone() throws Exception {
    // given
    start(
        "owner",
        "DROP TABLE items",
        "CREATE TABLE items (id integer PRIMARY KEY, name text, n integer) PARTITION BY RANGE (id)",
        "CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (100) TO (200)",
        "INSERT INTO items VALUES (1, 'a', 1), (101, 'b', 2)");
    Digest committed = content(repository.committed(repository.main, "items"));

    // when
    Way.OFF_AND_ON.run(repository, "items_2", "INSERT INTO %s VALUES (102, 'c', 3)");

    // then
    assertThatThrownBy(() -> repository.commit(repository.main, "items"))
        .isInstanceOf(CaptureOffException.class);
    repository.adapter.rescan(repository.main, repository.at(repository.main, "items"), committed);
    assertThat(content(repository.committed(repository.main, "items"))).isEqualTo(committed);
    repository.commit(repository.main, "items");
    assertThat(uncaptured()).isEmpty();
  }

  @Test
  @OwnerIsNoSuperuser
  void appendOnlyTablesHaveTheirRowsTwice() throws Exception {
    // given
    repository =
        new TestRepository(
            "CREATE TABLE log (line text, j json)",
            "INSERT INTO log VALUES ('a', '1'), ('a', '1'), ('b', NULL)");
    repository.installBy("log", "epoch_row");
    TableState old = repository.committed(repository.main, "log");
    Map<RowKey, Row> before = repository.rows("log", old);

    // when
    Way.OFF_AND_ON.run(
        repository,
        "public.log",
        "DELETE FROM %1$s WHERE ctid = (SELECT min(ctid) FROM %1$s)",
        "INSERT INTO %s VALUES ('b', NULL), ('c', '{}')");

    // then
    assertThatThrownBy(() -> repository.commit(repository.main, "log"))
        .isInstanceOf(CaptureOffException.class);
    repository.adapter.rescan(repository.main, repository.at(repository.main, "log"), null);
    assertThat(repository.rows("log", old)).isEqualTo(before);
    repository.commit(repository.main, "log");
    assertThat(repository.rows("log", old)).isEqualTo(before);
    assertThat(repository.rows("log", repository.committed(repository.main, "log"))).hasSize(4);
    repository.write(repository.main, "INSERT INTO log VALUES ('d', '3')");
    assertThat(
            repository.changes(
                "log",
                repository.committed(repository.main, "log"),
                repository.working(repository.main, "log")))
        .hasSize(1);
  }

  /** What Epoch itself does to triggers is no reason to look. */
  @Test
  void renewedTriggersAreNoAlarm() {
    start("owner");
    BranchHandle feature = repository.branch("feature", repository.main);
    repository.adapter.open(feature, List.of(repository.table("items")));
    repository.database.rows("SELECT epoch.renew_generated()");
    repository.database.executeAsSuperuser("VACUUM FULL FREEZE pg_trigger");
    assertThat(uncaptured()).isEmpty();
    repository.commit(repository.main, "items");
  }
}
