package dev.epoch.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.gateway.stream.Failpoints;
import dev.epoch.gateway.surface.SessionServer;
import dev.epoch.storage.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sessions of the database itself branch, commit, merge and read the history. */
@Tag("postgres-versions")
class SessionsIT {
  private TestServer test;
  private TestDatabase database;
  private SessionServer sessions;
  private String clerk;

  @BeforeEach
  void start() throws SQLException {
    test = new TestServer();
    database = test.database;
    database.execute(
        "CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, email text)",
        "INSERT INTO users VALUES (1, 'Alice', 'a@example.com'), (2, 'Bob', NULL)");
    test.register("users");
    clerk = database.role("clerk_" + database.name());
    serve(Failpoints.NONE);
    database.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON users TO " + clerk,
        "SELECT epoch.grant_access('" + clerk + "', 'write')",
        "CALL epoch.commit('First')");
  }

  private void serve(Failpoints failpoints) {
    sessions = new SessionServer(test.server(), failpoints);
    sessions.start();
  }

  @AfterEach
  void stop() {
    sessions.close();
    test.close();
  }

  @Test
  void aBranchIsMadeUsedCommittedMergedAndItsConflictsAreDecided() throws SQLException {
    try (Connection connection = database.connect(clerk);
        Statement session = connection.createStatement()) {
      // when a branch changes what main changes too
      session.execute("CALL epoch.create_branch('feature/x')");
      session.execute("SELECT epoch.switch_branch('feature/x')");
      session.execute("UPDATE users SET email = 'x@example.com' WHERE id = 1");
      session.execute("INSERT INTO users VALUES (3, 'Carol', NULL)");
      String made = only(connection, "CALL epoch.commit('On the branch')");
      session.execute("SELECT epoch.use_branch('main')");
      session.execute("UPDATE users SET email = 'm@example.com' WHERE id = 1");
      session.execute("CALL epoch.commit('On main')");

      // then
      assertThat(
              TestDatabase.rows(
                  connection, "SELECT commit_id, author, message FROM epoch.log('feature/x')"))
          .startsWith(List.of(made, clerk, "On the branch"))
          .hasSize(2);
      assertThat(
              TestDatabase.rows(
                  connection,
                  "SELECT * FROM epoch.query_cross_branch('SELECT id, email FROM users WHERE id <>"
                      + " 2 ORDER BY id', '{main,feature/x}')"))
          .containsExactly(
              List.of("main", "[{\"id\": 1, \"email\": \"m@example.com\"}]"),
              List.of(
                  "feature/x",
                  "[{\"id\": 1, \"email\": \"x@example.com\"}, {\"id\": 3, \"email\": null}]"));

      // when
      assertThat(TestDatabase.rows(connection, "CALL epoch.merge('feature/x')").getFirst())
          .startsWith("conflicts")
          .endsWith("1");

      // then
      assertThat(
              TestDatabase.rows(
                  connection,
                  "SELECT table_name, key, conflict_type, base, ours, theirs, resolved FROM"
                      + " epoch.conflicts()"))
          .containsExactly(
              List.of(
                  "users",
                  "{\"id\": 1}",
                  "modify_modify",
                  "{\"email\": \"a@example.com\"}",
                  "{\"email\": \"m@example.com\"}",
                  "{\"email\": \"x@example.com\"}",
                  "f"));
      assertThatThrownBy(() -> session.execute("CALL epoch.commit('Too early')"))
          .hasMessageContaining("1 conflict(s) are not resolved");

      // when
      assertThat(
              TestDatabase.rows(
                  connection,
                  "CALL epoch.resolve('users', 'value', '1', 'email', '\"both@example.com\"')"))
          .containsExactly(List.of("1", "0"));
      session.execute("CALL epoch.commit('Merge feature/x')");

      // then
      assertThat(TestDatabase.rows(connection, "SELECT id, email FROM users ORDER BY id"))
          .contains(List.of("1", "both@example.com"))
          .hasSize(3);
      assertThat(
              TestDatabase.rows(
                  connection, "SELECT message, merged_by, source_commit FROM epoch.merge_history"))
          .containsExactly(List.of("Merge feature/x", clerk, made));
      assertThat(TestDatabase.rows(connection, "SELECT * FROM epoch.conflicts()")).isEmpty();
      assertThat(only(connection, "SELECT head FROM epoch.branches WHERE name = 'main'"))
          .isEqualTo(only(connection, "SELECT commit_id FROM epoch.log() LIMIT 1"));
    }
  }

  @Test
  void aBranchWithSequencesOfItsOwnUsesUpNoLiveNumbers() throws SQLException {
    // given
    database.execute(
        "CREATE TABLE orders (id serial PRIMARY KEY, note text)",
        "INSERT INTO orders (note) VALUES ('a'), ('b')");
    test.register("orders");
    database.execute(
        "CALL epoch.commit('Orders')",
        "CALL epoch.create_branch('load', own_sequences => true)",
        "CALL epoch.create_branch('more', 'load')");

    // when
    test.onBranch("load", "INSERT INTO orders (note) VALUES ('x'), ('y'), ('z')");
    test.commit("load", "Load");

    // then
    assertThat(database.value("SELECT last_value FROM orders_id_seq")).isEqualTo("2");

    // when both sides gave a key
    database.execute("INSERT INTO orders (note) VALUES ('live')", "CALL epoch.commit('Live')");
    database.execute("CALL epoch.merge('load')");

    // then
    assertThat(
            database.rows(
                "SELECT key, conflict_type, ours, theirs, resolved FROM epoch.conflicts()"))
        .containsExactly(
            List.of("{\"id\": 3}", "add_add", "{\"note\": \"live\"}", "{\"note\": \"x\"}", "f"));

    // when
    database.execute(
        "CALL epoch.resolve('orders', 'ours', '3')",
        "CALL epoch.commit('Merge load')",
        "INSERT INTO orders (note) VALUES ('next')");

    // then
    assertThat(database.value("SELECT string_agg(id || note, ' ' ORDER BY id) FROM orders"))
        .isEqualTo("1a 2b 3live 4y 5z 6next");

    // when a branch that was made from it gets the rows, and gives some
    database.execute("CALL epoch.commit('Next')");
    test.merge("main", "more");
    sessions.close();
    test.restart(Failpoints.NONE);
    serve(Failpoints.NONE);
    test.onBranch("more", "INSERT INTO orders (note) VALUES ('m')");
    test.commit("more", "More");

    // then
    assertThat(database.value("SELECT last_value FROM orders_id_seq")).isEqualTo("6");
    test.merge("more", "main");
    database.execute("INSERT INTO orders (note) VALUES ('last')");
    assertThat(database.value("SELECT string_agg(id || note, ' ' ORDER BY id) FROM orders"))
        .isEqualTo("1a 2b 3live 4y 5z 6next 7m 8last");

    // when
    database.execute("CALL epoch.delete_branch('load')", "CALL epoch.delete_branch('more')");

    // then
    assertThat(
            database.rows(
                "SELECT oid::regclass FROM pg_class WHERE relkind = 'S' AND relname <> 'orders_id_seq'"
                    + " AND relnamespace <> 'epoch'::regnamespace"))
        .isEmpty();
  }

  @Test
  void aSessionChangesTheSchema() throws SQLException {
    assertThat(database.rows("CALL epoch.ddl('ALTER TABLE users ADD phone text')"))
        .containsExactly(List.of("{users}"));
    assertThatThrownBy(() -> database.execute("CALL epoch.ddl('ALTER TABLE users DROP email')"))
        .hasMessageContaining("DROP COLUMN: users.email");
    assertThatThrownBy(() -> database.execute("CALL epoch.ddl('ALTER TABLE users ADD phone text')"))
        .hasMessageContaining("already exists");
    database.execute("CALL epoch.ddl('ALTER TABLE users DROP email', force => true)");
    database.execute("CALL epoch.commit('Phones')");

    assertThat(database.value("SELECT count(*) FROM epoch.log()")).isEqualTo("2");
    try (Connection connection = database.connect(clerk);
        Statement session = connection.createStatement()) {
      assertThatThrownBy(() -> session.execute("CALL epoch.ddl('DROP TABLE users', true)"))
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void tablesAreAddedAndDroppedByASessionAlone() throws SQLException {
    // given
    database.execute(
        "GRANT CREATE ON SCHEMA public TO " + clerk,
        "CREATE TABLE teams (id integer PRIMARY KEY)",
        "INSERT INTO teams VALUES (1)");
    try (Connection connection = database.connect();
        Statement session = connection.createStatement()) {
      // when
      assertThat(only(connection, "CALL epoch.table_add('teams')")).isEqualTo("1");
      session.execute("CALL epoch.commit('Teams')");
      session.execute("CALL epoch.create_branch('x')");
      session.execute("SET epoch.open_tables_up_to = '64MB'");
      session.execute("SELECT epoch.use_branch('x')");
      session.execute("CREATE TABLE notes (id integer PRIMARY KEY, body text)");
      session.execute("INSERT INTO notes VALUES (1, 'a'), (2, 'b')");
      session.execute("DROP TABLE teams");

      // then
      assertThat(only(connection, "CALL epoch.status()"))
          .contains("\"table\": \"teams\"", "\"removed\": true");
      assertThat(TestDatabase.rows(connection, "CALL epoch.status()").getFirst())
          .endsWith("{notes}");

      // when
      assertThat(only(connection, "CALL epoch.table_add('notes')")).isEqualTo("0");
      session.execute("CALL epoch.commit('Notes in place of teams')");
      session.execute("SELECT epoch.use_branch('main')");

      // then
      assertThatThrownBy(() -> session.execute("CALL epoch.merge('x')"))
          .hasMessageContaining("DROP TABLE public.teams");
      assertThat(
              TestDatabase.rows(connection, "CALL epoch.merge('x', allow_destructive => true)")
                  .getFirst()
                  .getFirst())
          .isEqualTo("fast-forward");
      assertThat(TestDatabase.rows(connection, "SELECT id FROM notes ORDER BY id")).hasSize(2);
      assertThat(only(connection, "SELECT to_regclass('teams') IS NULL")).isEqualTo("t");
    }
  }

  @Test
  void objectsThatCommitsRecordedAreSeen() {
    // given a commit that records the schema
    test.commitSchema("main", "With its schema");
    database.execute("CALL epoch.ddl('ALTER TABLE users ADD phone text')");

    // when another one changes the shape of a table, and says nothing of schemas
    database.execute("CALL epoch.commit('Phones')");

    // then it is recorded, too
    assertThat(
            database.rows(
                """
                SELECT c.message, o.object_type, o.object_name, o.ddl_content LIKE '%phone%'
                FROM epoch.object_snapshots AS o JOIN epoch.commits AS c USING (repository, commit_id)
                WHERE o.object_name = 'public.users'
                ORDER BY c.position
                """))
        .containsExactly(
            List.of("With its schema", "TABLE", "public.users", "f"),
            List.of("Phones", "TABLE", "public.users", "t"));
    database.executeAs(clerk, "SELECT count(*) FROM epoch.object_snapshots");
  }

  @Test
  void schemasOfBranchesAndCommitsAreCompared() throws SQLException {
    // given two heads of main with different tables
    database.execute(
        "CALL epoch.create_branch('before')", "CREATE TABLE notes (id integer PRIMARY KEY)");
    test.register("notes");
    database.execute("CALL epoch.commit('Notes')");

    // when
    assertThat(database.rows("CALL epoch.compare_schemas('before', 'main')"))
        .containsExactly(List.of("1"));

    // then
    assertThat(
            database.rows(
                "SELECT change_type, object_type, object_name, sql_to_sync LIKE 'CREATE TABLE"
                    + " notes%' FROM epoch.schema_diff('before', 'main')"))
        .containsExactly(List.of("added", "TABLE", "notes", "t"));
    assertThat(
            database.rows(
                "SELECT operation, object_name, to_ddl LIKE '%CREATE TABLE%', conflict_potential"
                    + " FROM epoch.compute_schema_diff('before', 'main')"))
        .containsExactly(List.of("CREATE", "notes", "t", "f"));
    assertThat(
            database.rows(
                "SELECT object_type, object_name, target_change, source_change, conflict_type FROM"
                    + " epoch.three_way_diff('main', 'before')"))
        .containsExactly(Arrays.asList("TABLE", "notes", null, "added", null));
    assertThat(database.rows("SELECT * FROM epoch.schema_diff('main', 'main')")).isEmpty();
    assertThatThrownBy(() ->
            database.rows(
                "SELECT * FROM epoch.schema_diff('main', (SELECT commit_id FROM epoch.commits WHERE"
                    + " repository = 'none'))"))
        .hasMessageContaining("No branch or commit");
  }

  @Test
  void whatIsWrongIsSaid() throws SQLException {
    try (Connection connection = database.connect(clerk);
        Statement session = connection.createStatement()) {
      assertThatThrownBy(() -> session.execute("CALL epoch.commit('Nothing')"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("EP003"))
          .hasMessageContaining("NOTHING_TO_COMMIT");
      assertThatThrownBy(() -> session.execute("CALL epoch.create_branch('main')"))
          .hasMessageContaining("already exists");
      assertThatThrownBy(() -> session.execute("CALL epoch.merge('nowhere')"))
          .hasMessageContaining("nowhere");
      assertThatThrownBy(() ->
              session.execute(
                  "SELECT epoch.query_cross_branch('SELECT * FROM public.users', '{main}')"))
          .hasMessageContaining("public.users");
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> session.execute("CALL epoch.commit('In a transaction')"))
          .hasMessageContaining("cannot be called within a transaction");
    }
  }

  @Test
  void nobodyGetsMoreThanWasGranted() throws SQLException {
    // given an open merge, and a role that may read the history but not the table
    database.execute(
        "CALL epoch.create_branch('side')", "UPDATE users SET name = 'A' WHERE id = 1");
    database.execute("CALL epoch.commit('On main')");
    test.onBranch("side", "UPDATE users SET name = 'B' WHERE id = 1");
    database.execute(
        "CALL epoch.commit('On side', branch => 'side')", "CALL epoch.merge('side', 'main')");
    String reader = database.role("reader_" + database.name());
    database.execute("SELECT epoch.grant_access('" + reader + "', 'read')");
    String stranger = database.role("stranger_" + database.name());

    // then
    try (Connection connection = database.connect(reader);
        Statement session = connection.createStatement()) {
      assertThat(
              TestDatabase.rows(
                  connection,
                  "SELECT object_name, key IS NULL, target_version IS NULL FROM"
                      + " epoch.merge_conflicts"))
          .containsExactly(List.of("users", "t", "t"));
      assertThat(TestDatabase.rows(connection, "SELECT message FROM epoch.log('main')")).hasSize(2);
      refused(session, "CALL epoch.abort_merge('main')");
      refused(session, "CALL epoch.run_command('abort_merge', '{\"branch\": \"main\"}')");
      refused(session, "CALL epoch.run_command('run_command', '{}')");
    }
    try (Connection connection = database.connect(stranger);
        Statement session = connection.createStatement()) {
      refused(session, "SELECT * FROM epoch.commits");
      refused(session, "SELECT * FROM epoch.log('main')");
      refused(session, "SELECT * FROM epoch.merge_conflicts");
      refused(session, "SELECT * FROM epoch.commands");
      refused(session, "CALL epoch.commit('Mine')");
      refused(session, "SELECT epoch.grant_access('" + stranger + "', 'write')");
      refused(session, "SELECT epoch.publish('shop', 1, NULL, '[]', '[]', NULL)");
    }
  }

  private static void refused(Statement session, String sql) {
    assertThatThrownBy(() -> session.execute(sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  @Test
  void withoutAServerThereIsAnErrorWithinFiveSeconds() throws SQLException {
    sessions.close();
    long start = System.nanoTime();
    try (Connection connection = database.connect(clerk);
        Statement session = connection.createStatement()) {
      assertThatThrownBy(() -> session.execute("CALL epoch.create_branch('never')"))
          .hasMessageContaining("No server of Epoch takes commands")
          .hasMessageContaining("Nothing was done");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(database.value("SELECT count(*) FROM epoch.commands WHERE answer IS NULL"))
        .isEqualTo("0");
  }

  @Test
  void whatAServerDidBeforeItDiedIsNotDoneAgain() throws Exception {
    // given a server that ends after it has committed, and before it has answered
    sessions.close();
    CountDownLatch died = new CountDownLatch(1);
    AtomicBoolean first = new AtomicBoolean(true);
    serve(name -> {
      if (name.equals("session.ran") && first.getAndSet(false)) {
        died.countDown();
        throw new IllegalStateException("the server ends here");
      }
    });
    database.execute("UPDATE users SET name = 'Z' WHERE id = 1");

    // when
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(() -> database.executeAs(clerk, "CALL epoch.commit('Once')"));
    assertThat(died.await(20, TimeUnit.SECONDS)).isTrue();
    sessions.close();
    test.restart(Failpoints.NONE);
    database.execute("UPDATE users SET name = 'Y' WHERE id = 1");
    serve(Failpoints.NONE);

    // then
    call.get(20, TimeUnit.SECONDS);
    assertThat(database.rows("SELECT message FROM epoch.log()"))
        .containsExactly(List.of("Once"), List.of("First"));
    assertThat(
            test.server()
                .workingSets()
                .pending(test.repository().state(), test.repository().state().defaultBranch()))
        .isNotEmpty();
  }

  private static String only(Connection connection, String sql) throws SQLException {
    return TestDatabase.rows(connection, sql).getFirst().getFirst();
  }
}
