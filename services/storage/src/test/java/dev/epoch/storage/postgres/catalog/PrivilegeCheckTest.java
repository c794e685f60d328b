package dev.epoch.storage.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.StorageCheck.Problem;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.testing.StoragePostgres;
import io.vertx.sqlclient.PoolOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PrivilegeCheckTest {
  private PostgresTest postgres;
  private String role;

  @BeforeEach
  void start() {
    postgres = new PostgresTest(StoragePostgres.durableDatabase());
    role = postgres.sql.role(postgres.sql.name() + "_app");
  }

  @AfterEach
  void stop() {
    postgres.sql.executeAsSuperuser("DROP OWNED BY " + role, "DROP ROLE " + role);
    postgres.close();
  }

  private StorageCheck checkAsRole() {
    try (Database database =
        new Database(
            StoragePostgres.vertx(), postgres.sql.options(role), new PoolOptions().setMaxSize(1))) {
      return PrivilegeCheck.check(database);
    }
  }

  @Test
  void anOwnerOfTheDatabaseIsAllThatIsNeeded() {
    StorageCheck check = PrivilegeCheck.check(postgres.database);
    assertThat(check.problems()).isEmpty();
    assertThat(check.product()).startsWith("PostgreSQL " + StoragePostgres.majorVersion());
  }

  @Test
  void eachRemedyTakesItsProblemAway() {
    // given
    postgres.sql.execute(
        "REVOKE TEMPORARY ON DATABASE " + postgres.sql.name() + " FROM PUBLIC",
        "CREATE SCHEMA epoch",
        "CREATE TABLE epoch.tables (schema_name text, table_name text)",
        "CREATE TABLE \"it's\" (id integer)",
        "INSERT INTO epoch.tables VALUES ('public', 'it''s')",
        "GRANT USAGE ON SCHEMA epoch TO " + role,
        "GRANT SELECT ON epoch.tables TO " + role,
        "GRANT SELECT ON \"it's\" TO " + role);
    postgres.sql.executeAsSuperuser("ALTER ROLE " + role + " SET synchronous_commit = off");

    // when
    StorageCheck check = checkAsRole();

    // then
    assertThat(check.problems())
        .extracting(Problem::remedy)
        .containsExactly(
            "ALTER ROLE \"" + role + "\" SET synchronous_commit = on",
            "GRANT CREATE ON DATABASE \"" + postgres.sql.name() + "\" TO \"" + role + "\"",
            "GRANT TEMPORARY ON DATABASE \"" + postgres.sql.name() + "\" TO \"" + role + "\"",
            "Connect as that role, or GRANT \"" + postgres.sql.owner() + "\" TO \"" + role + "\"",
            "GRANT INSERT, UPDATE, DELETE, TRIGGER ON \"public\".\"it's\" TO \"" + role + "\"");
    postgres.sql.executeAsSuperuser(
        check.problems().stream()
            .map(problem -> problem.remedy().replace("Connect as that role, or ", ""))
            .toArray(String[]::new));
    assertThat(checkAsRole().problems()).isEmpty();
  }

  @Test
  void saysWhatBreaksThePromiseOfDurability() {
    postgres.sql.executeAsSuperuser(
        "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()");
    try {
      // the reload is asynchronous: new sessions see it
      assertThat(problemAfterReload()).contains("full_page_writes is off");
    } finally {
      postgres.sql.executeAsSuperuser(
          "ALTER SYSTEM RESET full_page_writes", "SELECT pg_reload_conf()");
    }
  }

  private String problemAfterReload() {
    long end = System.nanoTime() + 10_000_000_000L;
    while (System.nanoTime() < end) {
      StorageCheck check = checkAsRole();
      for (Problem problem : check.problems()) {
        if (problem.problem().contains("full_page_writes")) {
          return problem.problem();
        }
      }
    }
    return "";
  }
}
