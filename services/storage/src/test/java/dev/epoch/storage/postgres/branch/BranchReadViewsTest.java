package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.storage.StorageCheck;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.catalog.PrivilegeCheck;
import dev.epoch.storage.testing.OwnerIsNoSuperuser;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;

/** What is not versioned, seen from a branch: tables, views of users, and what is created there. */
class BranchReadViewsTest extends ItemsOnABranch {
  private static final String REFUSED = "EP002";

  private void use() {
    one(branch, "SELECT epoch.use_branch('feature/x')");
  }

  // ---- tables that are not registered

  @Test
  void otherTablesCanBeReadAndNotBeWritten() throws SQLException {
    // given
    String clerk = database.sql().role("clerk_" + database.sql().name());
    database
        .sql()
        .execute(
            """
            CREATE TABLE "Plain t" (
              id serial PRIMARY KEY, "a ""b" varchar(9) COLLATE "C" DEFAULT 'x', item integer)
            """,
            "INSERT INTO \"Plain t\" (item) VALUES (1), (2)",
            "CREATE TABLE hidden (id integer)",
            "GRANT SELECT, INSERT ON \"Plain t\", items TO " + clerk);
    use();

    // when, then
    assertThat(
            one(
                branch,
                "SELECT string_agg(name, ' ') FROM items JOIN \"Plain t\" ON item = items.id"))
        .isEqualTo("a b");
    for (String statement :
        List.of(
            "INSERT INTO \"Plain t\" (item) VALUES (3)",
            "UPDATE \"Plain t\" SET item = 3",
            "DELETE FROM \"Plain t\"")) {
      assertFails(branch, statement, REFUSED, "Table public.Plain t is not versioned");
    }
    assertThatThrownBy(() -> run(branch, "DELETE FROM \"Plain t\""))
        .extracting(e -> ((PSQLException) e).getServerErrorMessage().getHint())
        .asString()
        .contains("epoch table add Plain t", "SET epoch.allow_live_writes = on");
    assertThat(
            TestDatabase.rows(branch, "EXPLAIN SELECT * FROM \"Plain t\" WHERE id = 1").toString())
        .contains("Index Scan using \"Plain t_pkey\"");
    // the reader's own rights count
    try (Connection other = database.connect(clerk, feature)) {
      assertThat(one(other, "SELECT count(*) FROM \"Plain t\"")).isEqualTo("2");
      assertFails(other, "SELECT * FROM hidden", "42501", "permission denied for table hidden");
      assertFails(other, "INSERT INTO \"Plain t\" (item) VALUES (3)", REFUSED, "not versioned");
    }

    // when: migrations of the live tables go on, whoever stands on a branch
    branch.setAutoCommit(false);
    one(branch, "SELECT count(*) FROM \"Plain t\"");
    branch.commit();
    branch.setAutoCommit(true);
    database
        .sql()
        .execute(
            "ALTER TABLE \"Plain t\" DROP COLUMN item, ALTER id TYPE bigint, ADD more text DEFAULT 'm'",
            "DROP TABLE hidden",
            "CREATE TABLE hidden (other text)");
    use();

    // then
    assertThat(TestDatabase.rows(branch, "SELECT * FROM \"Plain t\" ORDER BY id"))
        .containsExactly(List.of("1", "x", "m"), List.of("2", "x", "m"));
    assertFails(branch, "INSERT INTO hidden VALUES ('x')", REFUSED, "not versioned");
    run(branch, "SET epoch.allow_live_writes = on");
    run(branch, "INSERT INTO public.hidden VALUES ('x')");
    assertThat(one(branch, "SELECT other FROM hidden")).isEqualTo("x");
    database.sql().execute("REVOKE ALL ON \"Plain t\", items FROM " + clerk);
  }

  // ---- views of users

  @Test
  void viewsOfUsersShowTheBranch() throws SQLException {
    // given
    database
        .sql()
        .execute(
            "CREATE SCHEMA report",
            "CREATE TABLE plain (item integer, what text)",
            "INSERT INTO plain VALUES (1, 'one')",
            "CREATE VIEW dear AS SELECT id, name, n FROM items WHERE n > 1",
            """
            CREATE VIEW report.dear AS
            SELECT d.name || ' public.items' AS name, what
            FROM dear AS d LEFT JOIN plain ON item = d.id
            """,
            "CREATE VIEW grouped AS SELECT id, name, count(*) FROM items GROUP BY id",
            "CREATE MATERIALIZED VIEW sums AS SELECT sum(n) AS total FROM items",
            "CREATE VIEW shadowed AS WITH items AS (SELECT 1 AS x FROM items) SELECT x FROM items");
    use();

    // when
    run(branch, "UPDATE items SET n = 100 WHERE id = 1");
    run(branch, "DELETE FROM items WHERE id = 3");

    // then
    assertThat(one(branch, "SELECT string_agg(name || n, ' ' ORDER BY id) FROM dear"))
        .isEqualTo("a100 b2");
    run(branch, "SET search_path = report, public");
    use();
    assertThat(one(branch, "SHOW search_path"))
        .endsWith("_base, epoch_read_report, report, epoch_read_public, public");
    assertThat(
            one(
                branch,
                "SELECT string_agg(name || coalesce(what, ''), ' ' ORDER BY name) FROM dear"))
        .isEqualTo("a public.itemsone b public.items");
    run(branch, "SET search_path = public");
    use();
    assertThat(one(branch, "SELECT total FROM sums")).isEqualTo("102");
    assertThat(one(branch, "SELECT total FROM public.sums")).isEqualTo("6");
    assertFails(
        branch, "SELECT * FROM shadowed", REFUSED, "has the name of the table public.items");
    assertFails(
        branch, "SELECT 1 FROM grouped WHERE id = 9", REFUSED, "its GROUP BY names the key");
    assertFails(branch, "UPDATE dear SET n = 0", REFUSED, "Views can only be read on a branch");
    assertFails(branch, "UPDATE public.dear SET n = 0", REFUSED, "stands on branch");

    // when: the view is another one
    database
        .sql()
        .execute("CREATE OR REPLACE VIEW dear AS SELECT id, name, n FROM items WHERE n > 50");
    use();

    // then
    assertThat(one(branch, "SELECT string_agg(name || n, ' ') FROM dear")).isEqualTo("a100");
    assertThat(database.sql().value("SELECT count(*) FROM dear")).isEqualTo("0");
  }

  // ---- what is created on a branch

  @Test
  void whatIsCreatedOnABranchIsTheBranchs() throws SQLException {
    for (String statement :
        List.of(
            "CREATE TABLE made (id integer PRIMARY KEY)",
            "CREATE TABLE IF NOT EXISTS made (id integer)",
            "INSERT INTO made VALUES (1)",
            "CREATE TABLE copied AS SELECT * FROM items",
            "CREATE VIEW shown AS SELECT * FROM made",
            "CREATE SEQUENCE counted",
            "CREATE TYPE kind AS ENUM ('a')",
            "CREATE FUNCTION made() RETURNS integer LANGUAGE sql AS 'SELECT 1'")) {
      run(branch, statement);
    }
    run(branch, "CREATE TEMPORARY TABLE passing AS SELECT * FROM items");
    run(branch, "CREATE TABLE public.live (id integer)");
    assertThat(problems()).isEmpty();
    assertThat(one(branch, "SELECT count(*) FROM shown")).isEqualTo("1");
    assertThat(database.sql().value("SELECT to_regclass('public.made')")).isNull();

    // when
    database.branches.drop(feature);

    // then a function and a type are left, and told of
    assertThat(
            database
                .sql()
                .value(
                    "SELECT count(*) FROM pg_class WHERE relname IN ('made', 'copied', 'shown', 'counted')"))
        .isEqualTo("0");
  }

  @OwnerIsNoSuperuser
  @Test
  void whatHidesATableOfTheBranchIsToldOf() throws SQLException {
    // when: a role that may, in the database of a server that is no superuser
    run(branch, "CREATE TABLE items (id integer)");
    assertFails(
        branch, "SELECT epoch.use_branch('feature/x')", REFUSED, "hides what the branch has");

    // then
    assertThat(problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.problem()).contains(".items");
          assertThat(problem.remedy()).contains("DROP");
        });
  }

  /** Without what is the test server's own: it does not wait for the disk. */
  private List<StorageCheck.Problem> problems() {
    return PrivilegeCheck.check(database.connections()).problems().stream()
        .filter(problem -> !problem.problem().contains("fsync"))
        .toList();
  }

  @Test
  void sessionsThatAreTheFirstAtTheSameTime() throws Exception {
    try (VersionedDatabase fresh = VersionedDatabase.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // given the first of all sessions on branches is still in its transaction
      fresh.sql().execute("CREATE TABLE items (id integer PRIMARY KEY)");
      var table = fresh.installReal(new dev.epoch.storage.TablePath("public", "items"), "items");
      fresh.branch("feature/x", table);
      var other = fresh.branch("feature/y", table);
      Connection first = fresh.sql().connect();
      first.setAutoCommit(false);
      one(first, "SELECT epoch.use_branch('feature/x')");

      // when another one comes, and waits for it
      Future<?> second =
          threads.submit(() -> {
            fresh.connect(other).close();
            return null;
          });
      Instant end = Instant.now().plusSeconds(30);
      while (fresh.sql().value("SELECT count(*) FROM pg_locks WHERE NOT granted").equals("0")) {
        assertThat(Instant.now()).isBefore(end);
        Thread.onSpinWait();
      }
      first.commit();
      first.close();

      // then
      second.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void superusersHideNothingEither() throws SQLException {
    try (VersionedDatabase powerful = VersionedDatabase.startAsSuperuser()) {
      // given
      powerful.sql().execute("CREATE TABLE items (id integer PRIMARY KEY)");
      var table = powerful.installReal(new dev.epoch.storage.TablePath("public", "items"), "items");
      var there = powerful.branch("feature/x", table);

      // when, then
      try (Connection superuser = powerful.connect("postgres", there);
          Connection owner = powerful.connect(there)) {
        assertFails(
            superuser, "CREATE TABLE items (id integer)", REFUSED, "has a table of that name");
        assertFails(owner, "CREATE VIEW items AS SELECT 1", REFUSED, "has a table of that name");
        run(owner, "CREATE TABLE made (id integer)");
        run(owner, "DROP TABLE made");
        run(superuser, "CREATE TABLE public.made (id integer)");
        run(superuser, "INSERT INTO items VALUES (1)");
      }
      powerful.sql().execute("CREATE TABLE by_others (id integer)");

      // when
      powerful.capture.uninstall();

      // then
      assertThat(
              powerful.sql().rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'epoch%'"))
          .isEmpty();
      assertThat(powerful.sql().rows("SELECT evtname FROM pg_event_trigger")).isEmpty();
    }
  }
}
