package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.log.postgres.EventLogMigrations;
import dev.epoch.log.postgres.MetadataSchema;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.postgres.PostgresStorageAdapter;
import dev.epoch.storage.testing.StoragePostgres;
import dev.epoch.storage.testing.TestDatabase;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log and versioned tables in one database share the schema {@code epoch}. */
@Tag("postgres-versions")
class SharedSchemaIT {
  private TestDatabase database;

  @BeforeEach
  void start() {
    database = StoragePostgres.database();
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private void migrate(PgConnectOptions options) {
    Pool pool =
        PgBuilder.pool()
            .connectingTo(options)
            .with(new PoolOptions().setMaxSize(1))
            .using(StoragePostgres.vertx())
            .build();
    try {
      new MetadataSchema(pool)
          .apply(List.of(EventLogMigrations.ALL))
          .await()
          .atMost(Duration.ofSeconds(30));
    } finally {
      pool.closeAndAwait();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void uninstallingTheStorageLeavesTheLog(boolean sameRole) {
    // given
    String role = sameRole ? database.owner() : "postgres";
    migrate(database.options(role));
    if (!sameRole) {
      database.executeAsSuperuser("GRANT USAGE, CREATE ON SCHEMA epoch TO " + database.owner());
    }
    String objects =
        """
        SELECT string_agg(relname, ' ' ORDER BY relname)
        FROM pg_class WHERE relnamespace = 'epoch'::regnamespace AND relkind IN ('r', 'i', 'S')\
        """;
    String functions =
        "SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_proc WHERE pronamespace = 'epoch'::regnamespace";
    String before = database.value(objects);
    String functionsBefore = database.value(functions);
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text)", "INSERT INTO t VALUES (1, 'one')");
    try (PostgresStorageAdapter adapter =
        new PostgresStorageAdapter(
            StoragePostgres.vertx(), database.options(), new PoolOptions().setMaxSize(2))) {
      TablePath path = new TablePath("public", "t");
      TableHandle table =
          new TableHandle(
              "shop", "t00000000001", "t", path, adapter.introspect(path, List.of()).schema());
      adapter.install(new OperationId(new UUID(1, 1), 1), table);
      BranchHandle branch = new BranchHandle("shop", "b00000000001", "feature", false);
      adapter.putBranch(branch, Map.of(table.id(), new BranchTable(table, RowsLocation.live(1))));
      database.rows("SELECT epoch.use_branch('feature')");
      database.execute("UPDATE t SET name = 'uno'");
      assertThat(database.value(objects)).isNotEqualTo(before);

      // when
      adapter.uninstall();
      adapter.uninstall();

      // then
      assertThat(database.value(objects)).isEqualTo(before);
      assertThat(database.value(functions)).isEqualTo(functionsBefore);
      assertThat(database.rows("SELECT * FROM t")).containsExactly(List.of("1", "uno"));
      assertThat(
              database.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'epoch\\__%'"))
          .isEqualTo("0");
      migrate(database.options(role));

      // when: and again
      adapter.install(new OperationId(new UUID(1, 2), 2), table);
      adapter.uninstall();

      // then
      assertThat(database.value(objects)).isEqualTo(before);
    }
  }
}
