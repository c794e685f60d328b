package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A SQLite file through the public surface, while its application goes on. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class SqliteStorageTest {
  @TempDir Path folder;
  private Api api;
  private Path file;

  @BeforeEach
  void aFile() {
    api = Api.inNewRepository("sqlite");
    file = folder.resolve("shop.db");
    application(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, credit NUMERIC DEFAULT 0)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users, at DATETIME)",
        "INSERT INTO users VALUES (1, 'Ann', 10), (2, 'Bob', 20.5)",
        "INSERT INTO orders VALUES (1, 1, '2024-01-31 10:00:00')");
  }

  private void application(String... statements) {
    application(file, statements);
  }

  private static void application(Path file, String... statements) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> select(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (row.next()) {
        rows.add(row.getString(1));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void register() {
    api.post(
            "/storage",
            "{\"name\": \"local\", \"backend\": \"sqlite\", \"config\": {\"path\": \"%s\"}}"
                .formatted(file))
        .statusCode(201);
    for (String table : List.of("users", "orders")) {
      api.post(
              "/tables",
              "{\"name\": \"%s\", \"storage_name\": \"local\", \"path\": \"%s\"}"
                  .formatted(table, table))
          .statusCode(201);
    }
  }

  @Test
  void aFileIsVersionedWhileItsApplicationGoesOn() {
    // given
    register();
    String first = api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);

    // when: on the branch by records, live by the application
    api.post(
            "/tables/users/records?branch=x",
            "{\"upsert\": [{\"id\": 1, \"credit\": 11}, {\"id\": 3, \"name\": \"Cid\"}]}")
        .statusCode(200)
        .body("inserted", equalTo(1))
        .body("updated", equalTo(1));
    String onBranch = api.commit("x", "on the branch");
    application(
        "UPDATE users SET name = 'Anna' WHERE id = 1",
        "REPLACE INTO orders VALUES (1, 2, '2024-02-01 10:00:00')");
    api.get("/status?branch=main").body("unstaged.table", hasItem("users"));
    api.get("/diff/users?base=" + first + "&target=x").body("changes", hasSize(2));

    // then: both changes of one row come together
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}")
        .statusCode(200)
        .body("live_commit", notNullValue());
    assertThat(select("SELECT id || ' ' || name || ' ' || credit FROM users ORDER BY id"))
        .containsExactly("1 Anna 11", "2 Bob 20.5", "3 Cid 0");
    api.get("/status?branch=main").body("clean", equalTo(true));

    // and old commits answer as ever
    api.post(
            "/query",
            "{\"sql\": \"SELECT name, credit FROM users ORDER BY id\", \"ref\": \"%s\"}"
                .formatted(first))
        .statusCode(200)
        .body("rows", equalTo(List.of(List.of("Ann", 10), List.of("Bob", 20.5f))));
    api.get("/tables/users/records?ref=" + onBranch).body("records", hasSize(3));
    api.get("/tables/users/records/1?ref=" + first).body("name", equalTo("Ann"));
  }

  @Test
  void conflictsAreDecidedAndMergesReverted() {
    register();
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post(
            "/tables/users/records?branch=x",
            "{\"upsert\": [{\"id\": 1, \"name\": \"Annie\"}], \"delete\": [{\"id\": 2}]}")
        .statusCode(200);
    api.commit("x", "on the branch");
    application("UPDATE users SET name = 'Anna' WHERE id = 1");

    // when
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(409);
    api.get("/conflicts?branch=main")
        .body("conflicts[0].fields[0].ours", equalTo("Anna"))
        .body("conflicts[0].fields[0].theirs", equalTo("Annie"));
    api.post("/conflicts/resolve", "{\"branch\": \"main\", \"resolution\": \"theirs\"}")
        .statusCode(200);
    api.post("/branches/merge/continue", "{\"branch\": \"main\"}").statusCode(200);

    // then
    assertThat(select("SELECT name FROM users")).containsExactly("Annie");
    api.post("/branches/main/revert", "{\"commit\": \"HEAD\"}").statusCode(200);
    assertThat(select("SELECT name FROM users ORDER BY id")).containsExactly("Anna", "Bob");
  }

  @Test
  void aMigrationFromOutsideIsSeenAndCommitted() {
    register();
    String first = api.commit("main", "first");

    // when: a column is added, another renamed, a third goes by a table that takes its place
    application(
        "ALTER TABLE users ADD COLUMN tier TEXT DEFAULT 'basic'",
        "ALTER TABLE users RENAME COLUMN name TO full_name",
        "CREATE TABLE new_orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users)",
        "INSERT INTO new_orders SELECT id, user_id FROM orders",
        "DROP TABLE orders",
        "ALTER TABLE new_orders RENAME TO orders");
    api.get("/status?branch=main")
        .body("unstaged.table", hasItem("users"))
        .body("unstaged.table", hasItem("orders"));
    application("UPDATE users SET full_name = 'Anna' WHERE id = 1");
    api.commit("main", "migrated");

    // then
    api.get("/tables/users/records/1?ref=main")
        .body("full_name", equalTo("Anna"))
        .body("tier", equalTo("basic"));
    api.get("/tables/users/records/1?ref=" + first).body("name", equalTo("Ann"));
  }

  /** What was altered live comes to branches by merges, and their rows go back. */
  @Test
  void changesOfSchemasComeToBranches() {
    register();
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post("/branches", "{\"name\": \"untouched\"}").statusCode(201);
    api.post("/tables/users/records?branch=x", "{\"upsert\": [{\"id\": 2, \"credit\": 21}]}")
        .statusCode(200);
    String former = api.commit("x", "before");
    application(
        "ALTER TABLE users ADD COLUMN tier TEXT NOT NULL DEFAULT 'basic'",
        "ALTER TABLE users RENAME COLUMN name TO full_name",
        "UPDATE users SET tier = 'gold' WHERE id = 1");
    api.commit("main", "altered");

    // when
    for (String branch : List.of("x", "untouched")) {
      api.post("/branches/merge", "{\"source\": \"main\", \"target\": \"%s\"}".formatted(branch))
          .statusCode(200);
      api.get("/tables/users/records/1?ref=" + branch)
          .body("tier", equalTo("gold"))
          .body("full_name", equalTo("Ann"));
      api.get("/tables/users/records/2?ref=" + branch).body("tier", equalTo("basic"));
    }
    api.get("/tables/users/records/2?ref=x").body("credit", equalTo(21));
    api.post(
            "/tables/users/records?branch=x",
            "{\"upsert\": [{\"id\": 2, \"tier\": \"silver\", \"full_name\": \"Rob\"}]}")
        .statusCode(200);
    api.commit("x", "after");
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(200);

    // then
    assertThat(select("SELECT full_name || tier || credit FROM users ORDER BY id"))
        .containsExactly("Anngold10", "Robsilver21");
    api.get("/tables/users/records/2?ref=" + former)
        .body("name", equalTo("Bob"))
        .body("credit", equalTo(21));
  }

  /** A tool made a table anew, and changed rows of it before anything captured that. */
  @Test
  void whatNothingCapturedIsNoticedBeforeACommitIsWrong() {
    register();
    String first = api.commit("main", "first");
    application(
        "CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, credit NUMERIC DEFAULT 0)",
        "INSERT INTO new_users SELECT * FROM users",
        "DROP TABLE users",
        "ALTER TABLE new_users RENAME TO users",
        "UPDATE users SET credit = 99 WHERE id = 1");
    api.get("/status?branch=main").body("uncaptured.table", hasItem("users"));

    // when
    api.post("/commits", "{\"branch\": \"main\", \"message\": \"wrong\", \"all\": true}")
        .statusCode(409)
        .body("message", containsString("users"));
    application("UPDATE users SET credit = 10 WHERE id = 1");
    application("UPDATE users SET credit = 11 WHERE id = 2");
    api.post("/commits", "{\"branch\": \"main\", \"message\": \"wrong\", \"all\": true}")
        .statusCode(409);
    application("UPDATE users SET credit = 20.5 WHERE id = 2");
    api.post("/tables/users/rescan", "{}").statusCode(200);
    application("UPDATE users SET credit = 11 WHERE id = 2");
    api.commit("main", "right");

    // then
    api.get("/tables/users/records/2?ref=" + first).body("credit", equalTo(20.5f));
    api.get("/status?branch=main").body("uncaptured", hasSize(0));
  }

  @Test
  void aBranchIsAFileOfItsOwn() {
    // given
    register();
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);

    // when
    Path branch = folder.resolve("shop.x.db");
    api.post("/branches/x/open", "{}")
        .statusCode(200)
        .body("places", equalTo(List.of(branch.toString())))
        .body("tables.open", equalTo(List.of(true, true)));
    application(
        branch,
        "UPDATE users SET name = 'Anna' WHERE id = 1",
        "INSERT INTO orders VALUES (2, 1, '2024-02-01 10:00:00')");

    // then: uncommitted changes of the branch, committed and merged as any
    api.get("/status?branch=x")
        .body("unstaged.table", hasItem("users"))
        .body("unstaged.table", hasItem("orders"));
    api.commit("x", "in the file");
    application("UPDATE users SET credit = 11 WHERE id = 1");
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(200);
    assertThat(select("SELECT name || ' ' || credit FROM users WHERE id = 1"))
        .containsExactly("Anna 11");
    assertThat(select("SELECT count(*) FROM orders")).containsExactly("2");

    // when: the branch gets what the default branch has
    application("INSERT INTO users VALUES (7, 'Eve', 1)");
    api.commit("main", "Eve");
    api.post("/branches/merge", "{\"source\": \"main\", \"target\": \"x\"}").statusCode(200);
    application(branch, "UPDATE users SET credit = 70 WHERE id = 7");
    api.get("/tables/users/records/7?ref=x&working=true").body("credit", equalTo(70));

    // when: a column that the branch cannot have
    application(branch, "ALTER TABLE users ADD COLUMN tier TEXT");
    api.get("/status?branch=x").statusCode(409).body("message", containsString("tier"));
    application(branch, "ALTER TABLE users DROP COLUMN tier");
    api.commit("x", "Eve has more");

    // then
    api.delete("/branches/x/open").statusCode(204);
    assertThat(branch).doesNotExist();
    api.get("/tables/users/records/7?ref=x").body("credit", equalTo(70));
    api.post("/branches/x/open", "{\"tables\": [\"orders\"]}")
        .body("tables.open", equalTo(List.of(true, true)));
    api.post("/branches/main/checkout", "{}");
    api.delete("/branches/x?force=true").statusCode(204);
    assertThat(branch).doesNotExist();
  }

  @Test
  void migrationsAreWrittenInTheDialectOfSqlite() {
    register();
    api.commit("main", "first");
    application(
        "ALTER TABLE users ADD COLUMN tier TEXT DEFAULT 'basic'",
        "CREATE INDEX by_name ON users (name COLLATE NOCASE, lower(tier)) WHERE credit > 0");

    // then: what SQLite alters is altered, and undone by a table that takes the place
    api.get("/schema/diff?base=main&live=true&dialect=sqlite&format=ddl")
        .statusCode(200)
        .body(containsString("ALTER TABLE \"users\" ADD COLUMN \"tier\" TEXT DEFAULT 'basic';"))
        .body(
            containsString(
                "CREATE INDEX \"by_name\" ON \"users\" (\"name\" COLLATE NOCASE, (lower(tier)))"
                    + " WHERE credit > 0;"))
        .body(containsString("ALTER TABLE \"epoch_new_users\" RENAME TO \"users\";"));
    List<String> down =
        api.get("/schema/diff?base=main&live=true&dialect=sqlite").extract().path("down");
    api.commit("main", "migrated");

    // when
    application(down.toArray(String[]::new));

    // then
    api.get("/schema/diff?base=main~1&live=true&dialect=sqlite")
        .body("up", hasSize(0))
        .body("changes", hasSize(0));
    assertThat(select("SELECT name || credit FROM users")).containsExactly("Ann10", "Bob20.5");
    api.get("/schema/diff?base=main&live=true&dialect=sqlite&online=true").statusCode(422);
  }

  @Test
  void aTestOfTheStorageTellsWhatItCan() {
    register();
    api.post("/storage/local/test", "{}")
        .statusCode(200)
        .body("ok", equalTo(true))
        .body("capabilities.transactions", equalTo("all_tables"))
        .body("capabilities.capture", equalTo("triggers"))
        .body("capabilities.constraints", hasItem("foreign_key"))
        .body("capabilities.parts", equalTo(List.of("queries", "open_tables", "table_copies")));
  }

  @Test
  void whatIsNoStorageIsRefusedWithTheReason() {
    api.post(
            "/storage",
            "{\"name\": \"a\", \"backend\": \"sqlite\", \"config\": {\"path\": \":memory:\"}}")
        .statusCode(422)
        .body("message", containsString("memory"));
    api.post(
            "/storage",
            "{\"name\": \"b\", \"backend\": \"sqlite\", \"config\": {\"path\": \"%s\", \"journal_mode\": \"off\"}}"
                .formatted(file))
        .statusCode(422)
        .body("message", containsString("journal_mode"));
    application("CREATE VIEW v AS SELECT * FROM users", "CREATE TABLE nokey (a TEXT)");
    register();
    for (String table : List.of("v", "nokey", "none")) {
      int status =
          api.post(
                  "/tables",
                  "{\"name\": \"%s\", \"storage_name\": \"local\", \"path\": \"%s\"}"
                      .formatted(table, table))
              .extract()
              .statusCode();
      assertThat(status).as(table).isIn(404, 422);
    }
  }

  /** A commit or merge of tables in two databases is one, and so is its undoing. */
  @Test
  void oneRepositoryHasTablesInPostgresqlAndSqlite() {
    register();
    String table =
        api.register(
            "stock",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text NOT NULL, credit numeric)",
            "INSERT INTO %s VALUES (1, 'Ann', 10), (2, 'Bob', 20.5)");
    String first = api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    for (String name : List.of("users", "stock")) {
      api.post(
              "/tables/" + name + "/records?branch=x",
              "{\"upsert\": [{\"id\": 1, \"credit\": 11}], \"delete\": [{\"id\": 2}]}")
          .statusCode(200);
    }
    String onBranch = api.commit("x", "both");
    application("UPDATE users SET name = 'Anna' WHERE id = 1");
    DatabasesForTests.shop("UPDATE %s SET name = 'Anna' WHERE id = 1".formatted(table));

    // when
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}")
        .statusCode(200)
        .body("live_commit", notNullValue());

    // then: both have the same rows
    assertThat(select("SELECT name || ' ' || credit FROM users")).containsExactly("Anna 11");
    for (String name : List.of("users", "stock")) {
      api.get("/tables/" + name + "/records?ref=main")
          .body("records", hasSize(1))
          .body("records[0].name", equalTo("Anna"));
      api.get("/diff/" + name + "?base=" + first + "&target=" + onBranch)
          .body("changes", hasSize(2));
    }

    // when
    api.post("/branches/main/revert", "{\"commit\": \"HEAD\"}").statusCode(200);

    // then
    assertThat(select("SELECT name || ' ' || credit FROM users ORDER BY id"))
        .containsExactly("Anna 10", "Bob 20.5");
    api.get("/tables/stock/records?ref=main").body("records", hasSize(2));
    api.get("/status?branch=main").body("clean", equalTo(true));
  }

  /** Statements that name no table open those of their own storage alone. */
  @Test
  void statementsOnABranchAreThoseOfOneStorage() {
    register();
    String table = api.register("stock", "CREATE TABLE %s (id integer PRIMARY KEY)");
    String storage = api.get("/tables/stock").extract().path("storage");
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    for (String sql : List.of("CREATE VIEW %s_v AS SELECT 1 AS one", "DROP VIEW %s_v")) {
      api.post(
              "/schema/exec",
              "{\"sql\": \"%s\", \"branch\": \"x\", \"storage\": \"%s\", \"force\": true}"
                  .formatted(sql.formatted(table), storage))
          .statusCode(200)
          .body("state", equalTo("done"));
    }
  }

  /** What one database refuses lands in none. */
  @Test
  void whatSqliteRefusesIsNotMergedInPostgresqlEither() {
    register();
    api.register(
        "stock",
        "CREATE TABLE %s (id integer PRIMARY KEY, name text)",
        "INSERT INTO %s VALUES (1, 'Ann')");
    application("CREATE TABLE codes (id INTEGER PRIMARY KEY, code TEXT UNIQUE)");
    api.post("/tables", "{\"name\": \"codes\", \"storage_name\": \"local\", \"path\": \"codes\"}")
        .statusCode(201);
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post("/tables/codes/records?branch=x", "{\"upsert\": [{\"id\": 1, \"code\": \"a\"}]}")
        .statusCode(200);
    api.post("/tables/stock/records?branch=x", "{\"upsert\": [{\"id\": 1, \"name\": \"B\"}]}")
        .statusCode(200);
    api.commit("x", "both");
    application("INSERT INTO codes VALUES (2, 'a')");

    // when
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(409);

    // then
    assertThat(select("SELECT id || code FROM codes")).containsExactly("2a");
    api.get("/tables/stock/records/1?ref=main").body("name", equalTo("Ann"));
  }

  @Test
  void removingATableLeavesNoTrace() {
    register();
    api.commit("main", "first");
    for (String table : List.of("users", "orders")) {
      api.delete("/tables/" + table + "?force=true").statusCode(204);
    }
    assertThat(select("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).isEmpty();
    application("INSERT INTO users VALUES (9, 'Zed', 0)");
  }
}
