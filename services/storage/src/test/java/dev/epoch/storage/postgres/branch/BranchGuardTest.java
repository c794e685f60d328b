package dev.epoch.storage.postgres.branch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.postgres.VersionedDatabase;
import dev.epoch.storage.postgres.connection.ApplicationPath;
import dev.epoch.storage.postgres.connection.Database;
import dev.epoch.storage.testing.StoragePostgres;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;

/** A session on a branch changes the branch or nothing. */
class BranchGuardTest extends ItemsOnABranch {
  private static final String REFUSED = "EP002";
  private static final String LIVE = "SELECT string_agg(name || n, ' ' ORDER BY id) FROM items";

  private String live() {
    return database.sql().value(LIVE);
  }

  // ---- live tables

  @Test
  void noStatementReachesTheLiveTable() throws Exception {
    // given
    database
        .sql()
        .execute(
            "CREATE VIEW names AS SELECT id, name, n FROM items",
            """
            CREATE FUNCTION raise_all() RETURNS void LANGUAGE sql SECURITY DEFINER
            SET search_path = public AS 'UPDATE items SET n = n + 1'
            """,
            """
            CREATE FUNCTION parsed_before() RETURNS void LANGUAGE sql
            BEGIN ATOMIC UPDATE items SET n = n + 1; END
            """);

    // when, then
    for (String statement :
        List.of(
            "INSERT INTO public.items (name) VALUES ('x')",
            "UPDATE public.items SET n = 0",
            "DELETE FROM public.items WHERE false",
            "TRUNCATE public.items",
            "WITH gone AS (DELETE FROM public.items RETURNING id) SELECT count(*) FROM gone",
            "UPDATE public.names SET n = 0",
            "SELECT raise_all()",
            "SELECT parsed_before()")) {
      assertFails(branch, statement, REFUSED, "stands on branch \"feature/x\"");
    }
    if (StoragePostgres.majorVersion() >= 15) {
      assertFails(
          branch,
          "MERGE INTO public.items AS t USING (VALUES (1)) AS s (id) ON t.id = s.id WHEN MATCHED THEN DELETE",
          REFUSED,
          "stands on branch");
    }
    assertThatThrownBy(() ->
            branch
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY public.items (name) FROM STDIN", new StringReader("x\n")))
        .hasMessageContaining("stands on branch");
    assertThatThrownBy(() -> run(branch, "DELETE FROM public.items"))
        .extracting(e -> ((PSQLException) e).getServerErrorMessage().getHint())
        .asString()
        .contains("use_branch('main')", "SET epoch.allow_live_writes = on");
    assertThat(live()).isEqualTo("a1 b2 c3");
    assertThat(one(branch, NAMES)).isEqualTo("a b c");

    // when: the session says that it means it, then that it does not any more
    run(branch, "SET epoch.allow_live_writes = on");
    run(branch, "UPDATE public.items SET n = 9 WHERE id = 1");
    run(branch, "UPDATE items SET n = 8 WHERE id = 2");
    run(branch, "RESET epoch.allow_live_writes");

    // then
    assertThat(live()).isEqualTo("a9 b2 c3");
    assertThat(one(branch, LIVE)).isEqualTo("a1 b8 c3");
    assertFails(branch, "UPDATE public.items SET n = 0", REFUSED, "stands on branch");
  }

  @Test
  void partitionsAreGuardedToo() throws SQLException {
    // given
    database
        .sql()
        .execute(
            "CREATE TABLE log (id integer PRIMARY KEY, what text) PARTITION BY RANGE (id)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (1) TO (100)",
            "INSERT INTO log VALUES (1, 'one')");
    TableHandle log = database.installReal(new TablePath("public", "log"), "log");
    database.branches.put(
        feature, database.heads(RowsLocation.live(database.position()), items, log));
    one(branch, "SELECT epoch.use_branch('feature/x')");

    // when, then
    assertFails(branch, "INSERT INTO public.log VALUES (2, 'x')", REFUSED, "stands on branch");
    assertFails(branch, "UPDATE public.log_1 SET what = 'x'", REFUSED, "stands on branch");
    assertFails(branch, "UPDATE log_1 SET what = 'x'", REFUSED, "Partitions of table log");
    assertFails(branch, "SELECT * FROM log_1", REFUSED, "Partitions of table log");
    run(branch, "UPDATE log SET what = 'branch'");
    assertThat(database.sql().value("SELECT what FROM log_1")).isEqualTo("one");
    assertThat(one(branch, "SELECT what FROM public.log_1")).isEqualTo("one");
  }

  @Test
  void aPathThatWasSetByHandIsGuarded() throws SQLException {
    String path = one(branch, "SHOW search_path");

    // when: back to the live tables without use_branch
    run(branch, "SET search_path = public");

    // then
    assertFails(branch, "UPDATE items SET n = 0", REFUSED, "stands on branch \"feature/x\"");
    assertFails(branch, "SELECT epoch.current_branch()", REFUSED, "search_path leads to the live");

    // when: the path leads to the branch, as one does that a connection or a role was given
    run(branch, "RESET ALL");
    run(branch, "SET search_path = " + path);

    // then
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("feature/x");
    assertFails(branch, "UPDATE public.items SET n = 0", REFUSED, "stands on branch");
    run(branch, "UPDATE items SET n = 5");
    assertThat(one(branch, "SELECT epoch.branch_path('feature/x', 'shop', 'public')"))
        .endsWith("epoch_read_public, public");
  }

  @Test
  void poolsGetBackSessionsOnLive() throws SQLException {
    for (String reset : List.of("RESET ALL", "DISCARD ALL", "SELECT epoch.use_branch('main')")) {
      // when
      one(branch, "SELECT epoch.use_branch('feature/x')");
      run(branch, reset);

      // then
      assertThat(one(branch, "SHOW search_path")).isEqualTo("\"$user\", public");
      assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("main");
      run(branch, "UPDATE items SET n = n + 1");
    }
    assertThat(live()).isEqualTo("a4 b5 c6");

    // when: for one transaction
    branch.setAutoCommit(false);
    one(branch, "SELECT epoch.use_branch('feature/x', local => true)");
    assertThat(one(branch, LIVE)).isEqualTo("a1 b2 c3");
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("feature/x");
    run(branch, "UPDATE items SET n = 0 WHERE id = 1");
    branch.commit();

    // then
    assertThat(one(branch, "SELECT epoch.current_branch()")).isEqualTo("main");
    assertThat(one(branch, LIVE)).isEqualTo("a4 b5 c6");
    branch.rollback();
    branch.setAutoCommit(true);
  }

  @Test
  void theServerWritesLiveTablesWhateverItsRoleIsSetTo() throws SQLException {
    // given: all sessions of the role begin on the branch
    database
        .sql()
        .execute(
            "CREATE TABLE notes (id integer)",
            """
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO notes SELECT count(*) FROM items WHERE n > 1; RETURN NULL; END'
            """);
    String path = one(branch, "SHOW search_path");
    String role = database.sql().owner();
    String setting = "ALTER ROLE " + role + " IN DATABASE " + database.sql().name();
    database
        .sql()
        .executeAsSuperuser(
            setting + " SET search_path = " + path,
            setting + " SET epoch.branch = 'shop/" + feature.id() + "'");
    try (Connection application = database.sql().connect()) {
      assertThat(one(application, "SELECT epoch.current_branch()")).isEqualTo("feature/x");
      assertFails(application, "DELETE FROM public.items", REFUSED, "stands on branch");
    }

    // when, then
    try (Database restarted = database.reconnected()) {
      restarted.writeOnly(session -> {
        session.run("SET LOCAL search_path = " + path);
        session.run("UPDATE public.items SET n = n + 1");
      });
      // as a merge does, whose triggers run under the path of the role
      database
          .sql()
          .executeAsSuperuser("CREATE TRIGGER note AFTER UPDATE ON items EXECUTE FUNCTION note()");
      restarted.writeOnly(session -> {
        ApplicationPath.enter(session);
        session.run("UPDATE public.items SET n = n + 1");
      });
    }
    database.sql().executeAsSuperuser(setting + " RESET ALL");
    assertThat(live()).isEqualTo("a3 b4 c5");
    assertThat(database.sql().value("SELECT string_agg(id::text, ' ') FROM notes")).isEqualTo("3");
  }

  // ---- sessions whose names would fall through to the live tables

  @Test
  void aDeletedBranchIsAnError() throws SQLException {
    // given
    database.sql().execute("CREATE TABLE plain (id integer)");
    one(branch, "SELECT epoch.use_branch('feature/x')");

    // when
    database.branches.drop(feature);

    // then
    for (String statement :
        List.of(
            "SELECT * FROM items",
            "UPDATE items SET n = 0",
            "DELETE FROM public.items",
            "SELECT epoch.current_branch()")) {
      assertFails(
          branch, statement, REFUSED, "branch \"feature/x\" of this session does not exist");
    }
    assertFails(branch, "INSERT INTO plain VALUES (1)", REFUSED, "not versioned");

    // when: the name is used again, and the branch forgotten
    database.branch("feature/x", items);
    database.branches.reclaim(VersionedDatabase.REPOSITORY, java.util.Set.of(), false);

    // then
    assertFails(branch, "UPDATE items SET n = 0", REFUSED, "does not exist");
    assertFails(branch, "SELECT epoch.current_branch()", REFUSED, "does not exist");
    one(branch, "SELECT epoch.use_branch('feature/x')");
    run(branch, "UPDATE items SET n = 5");
    assertThat(live()).isEqualTo("a1 b2 c3");
  }

  @Test
  void tablesThatTheBranchDoesNotHaveAreAnError() throws SQLException {
    // given: registered after the branch was made
    database.sql().execute("CREATE TABLE late (id integer PRIMARY KEY)");
    TableHandle late = database.installReal(new TablePath("public", "late"), "late");

    // when, then: the session knows nothing of it yet, then it does
    assertFails(branch, "INSERT INTO late VALUES (1)", REFUSED, "registered later");
    one(branch, "SELECT epoch.use_branch('feature/x')");
    assertFails(branch, "INSERT INTO late VALUES (1)", REFUSED, "does not have table late");
    assertFails(branch, "SELECT * FROM late", REFUSED, "does not have table late");

    // when
    database.remove(late);

    // then
    assertFails(branch, "SELECT * FROM late", REFUSED, "was removed");
    assertFails(branch, "INSERT INTO late VALUES (1)", REFUSED, "not versioned");
    one(branch, "SELECT epoch.use_branch('feature/x')");
    assertThat(one(branch, "SELECT count(*) FROM late")).isEqualTo("0");

    // when: the table of the branch itself
    database.remove(items);

    // then
    assertFails(branch, "INSERT INTO items (name) VALUES ('x')", REFUSED, "not versioned");
  }

  @Test
  void branchesOfTwoRepositories() throws SQLException {
    // given
    database.sql().execute("CREATE TABLE goods (id integer PRIMARY KEY)");
    TableHandle goods = database.installReal("store", new TablePath("public", "goods"), "goods");
    BranchHandle trial = new BranchHandle("store", "b0000000store", "trial", false);
    database.branches.put(
        new BranchHandle("store", "b000000smain2", "main", true),
        database.heads(RowsLocation.live(1), goods));
    database.branches.put(trial, database.heads(RowsLocation.live(database.position()), goods));

    // when, then
    assertFails(branch, "INSERT INTO public.goods VALUES (1)", REFUSED, "stands on branch");
    one(branch, "SELECT epoch.use_branch('trial')");
    run(branch, "INSERT INTO goods VALUES (1)");
    run(branch, "UPDATE items SET n = 0");
    assertThat(one(branch, "SELECT epoch.current_branch('shop') || epoch.current_branch('store')"))
        .isEqualTo("feature/xtrial");
    one(branch, "SELECT epoch.use_branch('main', 'store')");
    run(branch, "INSERT INTO public.goods VALUES (2)");
    assertFails(branch, "DELETE FROM public.items", REFUSED, "stands on branch");
    assertThat(one(branch, "SELECT epoch.current_branch('shop') || epoch.current_branch('store')"))
        .isEqualTo("feature/xmain");
    one(branch, "SELECT epoch.use_branch('main', 'shop')");
    assertThat(one(branch, "SHOW search_path")).isEqualTo("\"$user\", public");
    assertThat(live()).isEqualTo("a1 b2 c3");
  }
}
