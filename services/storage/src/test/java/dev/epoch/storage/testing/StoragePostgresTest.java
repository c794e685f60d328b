package dev.epoch.storage.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.postgres.catalog.EpochSchema;
import dev.epoch.storage.postgres.connection.Database;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoragePostgresTest {
  @OwnerIsNoSuperuser
  @Test
  void loadsChinookAsAnOwnerWhoIsNoSuperuser() {
    try (TestDatabase database = StoragePostgres.durableDatabase()) {
      // when
      database.load("/data/chinook/Chinook_PostgreSql.sql");

      // then
      assertThat(database.value("SELECT count(*) FROM track")).isEqualTo("3503");
      assertThat(database.value("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
          .isEqualTo("f");
      assertThat(database.rows("SHOW fsync")).isEqualTo(List.of(List.of("on")));
    }
  }

  /** What stands in the schema, with owners and privileges. */
  private static final String SCHEMA =
      """
      SELECT 'schema ' || nspname || ' ' || nspowner::regrole || ' ' || coalesce(nspacl::text, '')
      FROM pg_namespace WHERE nspname IN ('epoch', 'public')
      UNION ALL
      SELECT 'relation ' || relname || ' ' || relkind::text || ' ' || relowner::regrole || ' '
        || coalesce(relacl::text, '')
      FROM pg_class WHERE relnamespace IN ('epoch'::regnamespace, 'public'::regnamespace)
      UNION ALL
      SELECT 'function ' || oid::regprocedure || ' ' || proowner::regrole || ' '
        || coalesce(proacl::text, '') || ' ' || md5(prosrc)
      FROM pg_proc WHERE pronamespace = 'epoch'::regnamespace
      UNION ALL
      SELECT 'type ' || typname || ' ' || typowner::regrole
      FROM pg_type WHERE typnamespace = 'epoch'::regnamespace
      UNION ALL
      SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL
      SELECT 'default privileges ' || defaclacl::text FROM pg_default_acl
      UNION ALL
      SELECT 'version ' || version || ' ' || fingerprint FROM epoch.storage_version
      ORDER BY 1
      """;

  @Test
  void aCopyHasTheSchemaThatTheOwnerWouldMake() {
    try (TestDatabase made = StoragePostgres.database();
        TestDatabase copied = StoragePostgres.databaseWithSchema()) {
      // given
      try (Database epoch =
          new Database(StoragePostgres.vertx(), made.options(), new PoolOptions().setMaxSize(1))) {
        epoch.writeOnly(EpochSchema::ensure);
      }

      // then
      assertThat(objects(copied)).isEqualTo(objects(made));
    }
  }

  private static List<String> objects(TestDatabase database) {
    return database.rows(SCHEMA).stream()
        .map(row -> row.getFirst().replace(database.owner(), "owner"))
        .toList();
  }

  @Test
  void whatASessionHasSetIsForgotten() {
    try (TestDatabase database = StoragePostgres.database()) {
      // when
      database.execute("SET search_path = nowhere", "CREATE TEMPORARY TABLE t (id integer)");

      // then
      assertThat(database.value("SHOW search_path")).contains("public");
      assertThat(database.value("SELECT to_regclass('t')")).isNull();
      database.executeAsSuperuser("ALTER DATABASE " + database.name() + " SET work_mem = '7MB'");
      assertThat(database.value("SHOW work_mem")).isEqualTo("7MB");
    }
  }
}
