package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.PostgresStorageAdapter;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server tells of a branch what it judged before others gave the live table other columns. */
class BranchToldLateTest {
  private final BranchHandle main = new BranchHandle("shop", "bmain0000001", "main", true);
  private final BranchHandle feature = new BranchHandle("shop", "bfeature0001", "feature", false);
  private TestDatabase database;
  private PostgresStorageAdapter late;
  private PostgresStorageAdapter other;

  @BeforeEach
  void start() {
    database = StoragePostgres.database();
    late = adapter();
    other = adapter();
  }

  @AfterEach
  void stop() {
    late.close();
    other.close();
    database.close();
  }

  private PostgresStorageAdapter adapter() {
    return new PostgresStorageAdapter(
        StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(2));
  }

  @Test
  void theBranchHasTheColumnsOfItsHead() throws Exception {
    // given
    BranchTable head = known("CREATE TABLE t (id int PRIMARY KEY, name text)");

    // when
    tellLate(head, "ALTER TABLE t RENAME name TO label", "ALTER TABLE t ADD extra int DEFAULT 5");

    // then
    try (Connection session = database.connect()) {
      TestDatabase.rows(session, "SELECT epoch.use_branch('feature')");
      assertThat(TestDatabase.rows(session, "SELECT to_jsonb(t)::text FROM t"))
          .containsExactly(List.of("{\"id\": 1, \"name\": \"one\"}"));
    }
  }

  /** As an open table it would have the type of the live table. */
  @Test
  void theBranchHasTheTypesOfItsHead() throws Exception {
    // given
    BranchTable head = known("CREATE TABLE t (id int PRIMARY KEY, name varchar(9))");

    // when
    tellLate(head, "ALTER TABLE t ALTER name TYPE bytea USING name::bytea");

    // then
    try (Connection session = database.connect()) {
      assertThat(
              TestDatabase.rows(
                  session,
                  "SELECT definition #>> '{columns,1,type,name}' FROM epoch.branch_tables"
                      + " WHERE branch_id = 'bfeature0001'"))
          .containsExactly(List.of("character varying(9)"));
    }
  }

  /** A table of one row that both servers have looked at, as it is at the head of {@code main}. */
  private BranchTable known(String definition) throws Exception {
    database.execute(definition, "INSERT INTO t VALUES (1, 'one')");
    TablePath path = new TablePath("public", "t");
    TableHandle table =
        new TableHandle(
            "shop", "t00000000001", "t", path, late.introspect(path, List.of()).schema());
    late.install(new OperationId(new UUID(1, 1), 1), table);
    BranchTable head = new BranchTable(table, RowsLocation.live(1));
    for (PostgresStorageAdapter server : List.of(late, other)) {
      server.putBranch(main, Map.of(table.id(), head));
      server.schemas(main, List.of(head));
    }
    return head;
  }

  private void tellLate(BranchTable head, String... statements) throws Exception {
    database.execute(statements);
    other.schemas(main, List.of(head));
    late.putBranch(feature, Map.of(head.table().id(), head));
  }
}
