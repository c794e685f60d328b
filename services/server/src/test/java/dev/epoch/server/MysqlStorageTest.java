package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.epoch.storage.mysql.testing.MariaDb;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database of MariaDB through the public surface, while its application goes on. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class MysqlStorageTest {
  private final MariaDb server = MariaDb.shared();
  private Api api;
  private String database;

  @BeforeEach
  void aDatabase() {
    api = Api.inNewRepository("mysql");
    database = server.database();
    application(
        "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, credit DECIMAL(8, 2) DEFAULT 0)",
        "CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, at DATETIME,"
            + " FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE)",
        "INSERT INTO users VALUES (1, 'Ann', 10), (2, 'Bob', 20.5)",
        "INSERT INTO orders VALUES (1, 1, '2024-01-31 10:00:00'), (2, 2, NULL)");
  }

  private void application(String... statements) {
    server.run(database, statements);
  }

  private List<String> select(String sql) {
    try (Connection connection = server.connect(database);
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

  private String url() {
    return "mysql://root:@127.0.0.1:%d/%s?ssl-mode=disabled".formatted(server.port(), database);
  }

  private void register() {
    api.post(
            "/storage",
            "{\"name\": \"shop\", \"backend\": \"mysql\", \"config\": {\"url\": \"%s\"}}"
                .formatted(url()))
        .statusCode(201);
    for (String table : List.of("users", "orders")) {
      api.post(
              "/tables",
              "{\"name\": \"%s\", \"location\": \"mysql://shop/%s\"}".formatted(table, table))
          .statusCode(201);
    }
  }

  @Test
  void aDatabaseIsVersionedWhileItsApplicationGoesOn() {
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
    assertThat(select("SELECT CONCAT_WS(' ', id, name, credit) FROM users ORDER BY id"))
        .containsExactly("1 Anna 11.00", "2 Bob 20.50", "3 Cid 0.00");
    api.get("/status?branch=main").body("clean", equalTo(true));

    // and old commits answer as ever
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
    application("UPDATE users SET name = 'Anna' WHERE id = 1", "DELETE FROM orders");

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

  /** The server deletes rows of orders by itself, and fires no trigger for them. */
  @Test
  void rowsThatCascadeAreCommitted() {
    register();
    String first = api.commit("main", "first");

    application("DELETE FROM users WHERE id = 1");
    String second = api.commit("main", "without Ann");

    api.get("/diff/orders?base=" + first + "&target=" + second).body("changes", hasSize(1));
    api.get("/tables/orders/records?ref=" + first).body("records", hasSize(2));
    api.get("/tables/orders/records?ref=" + second).body("records", hasSize(1));
  }

  @Test
  void aMigrationFromOutsideIsSeenAndCommitted() {
    register();
    String first = api.commit("main", "first");

    // when: a column is added, another renamed, a third goes by a table that takes its place
    application(
        "ALTER TABLE users ADD COLUMN tier VARCHAR(10) DEFAULT 'basic', RENAME COLUMN name TO full_name",
        "CREATE TABLE new_orders (id INT PRIMARY KEY, user_id INT)",
        "INSERT INTO new_orders SELECT id, user_id FROM orders",
        "RENAME TABLE orders TO old_orders, new_orders TO orders");
    api.get("/status?branch=main")
        .body("unstaged.table", hasItem("users"))
        .body("unstaged.table", hasItem("orders"));
    application(
        "UPDATE users SET full_name = 'Anna' WHERE id = 1",
        "DELETE FROM orders WHERE id = 2",
        "DELETE FROM old_orders");
    String second = api.commit("main", "migrated");

    // then
    api.get("/tables/users/records/1?ref=main")
        .body("full_name", equalTo("Anna"))
        .body("tier", equalTo("basic"));
    api.get("/tables/users/records/1?ref=" + first).body("name", equalTo("Ann"));
    api.get("/tables/orders/records?ref=" + second).body("records", hasSize(1));
  }

  @Test
  void aTestOfTheStorageTellsWhatItCan() {
    register();
    api.post("/storage/shop/test", "{}")
        .statusCode(200)
        .body("ok", equalTo(true))
        .body("capabilities.transactions", equalTo("all_tables"))
        .body("capabilities.capture", equalTo("triggers"))
        .body("capabilities.constraints", hasItem("foreign_key"));
  }

  @Test
  void whatIsNoStorageIsRefusedWithTheReason() {
    for (Map.Entry<String, String> wrong :
        Map.of(
                "mysql://root@127.0.0.1:" + server.port(),
                "database",
                url().replace("disabled", "sometimes"),
                "ssl_mode",
                url() + "&autocommit=0",
                "autocommit")
            .entrySet()) {
      api.post(
              "/storage",
              "{\"name\": \"a\", \"backend\": \"mysql\", \"config\": {\"url\": \"%s\"}}"
                  .formatted(wrong.getKey()))
          .statusCode(422)
          .body("message", containsString(wrong.getValue()))
          .body("message", not(containsString("root")));
    }
    application(
        "CREATE VIEW v AS SELECT * FROM users",
        "CREATE TABLE nokey (a TEXT)",
        "CREATE TABLE counted (id INT PRIMARY KEY) ENGINE = MyISAM");
    register();
    for (String table : List.of("v", "nokey", "none", "counted")) {
      int status =
          api.post(
                  "/tables",
                  "{\"name\": \"%s\", \"storage_name\": \"shop\", \"path\": \"%s\"}"
                      .formatted(table, table))
              .extract()
              .statusCode();
      assertThat(status).as(table).isIn(404, 422);
    }
  }

  /** A commit or merge of tables in two databases is one, and so is its undoing. */
  @Test
  void oneRepositoryHasTablesInPostgresqlAndMariaDb() {
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
              "{\"upsert\": [{\"id\": 1, \"credit\": 11}, {\"id\": 2, \"credit\": 22}]}")
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
    assertThat(select("SELECT CONCAT(name, ' ', credit) FROM users ORDER BY id"))
        .containsExactly("Anna 11.00", "Bob 22.00");
    for (String name : List.of("users", "stock")) {
      api.get("/tables/" + name + "/records?ref=main")
          .body("records", hasSize(2))
          .body("records[0].name", equalTo("Anna"));
      api.get("/diff/" + name + "?base=" + first + "&target=" + onBranch)
          .body("changes", hasSize(2));
    }

    // when
    api.post("/branches/main/revert", "{\"commit\": \"HEAD\"}").statusCode(200);

    // then
    assertThat(select("SELECT CONCAT(name, ' ', credit) FROM users ORDER BY id"))
        .containsExactly("Anna 10.00", "Bob 20.50");
    api.get("/status?branch=main").body("clean", equalTo(true));
  }

  /** Every change that an application makes between two commits is in one of them, whole. */
  @Test
  void commitsCutBetweenTransactionsOfAWritingApplication() throws InterruptedException {
    application("UPDATE users SET credit = 1000");
    register();
    api.commit("main", "first");
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger transactions = new AtomicInteger();
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try (Connection connection = server.connect(database);
                  Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (!done.get()) {
                  statement.execute("UPDATE users SET credit = credit - 1 WHERE id = 1");
                  statement.execute("UPDATE users SET credit = credit + 1 WHERE id = 2");
                  connection.commit();
                  transactions.incrementAndGet();
                }
              } catch (SQLException e) {
                failure.set(e);
              }
            });
    try {
      for (int i = 0; i < 10; i++) {
        // when
        int before = transactions.get();
        awaitMore(transactions, before, failure);
        String commit = api.commit("main", "while it writes " + i);

        // then: the two always have the same together
        List<Number> credits =
            api.get("/tables/users/records?ref=" + commit).extract().path("records.credit");
        assertThat(credits.stream().mapToDouble(Number::doubleValue).sum()).isEqualTo(2000);
      }
    } finally {
      done.set(true);
      writer.join();
    }
    assertThat(failure.get()).isNull();
  }

  private static void awaitMore(
      AtomicInteger transactions, int before, AtomicReference<Exception> failure) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (transactions.get() == before && failure.get() == null) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void removingATableLeavesNoTrace() {
    register();
    api.commit("main", "first");
    for (String table : List.of("users", "orders")) {
      api.delete("/tables/" + table + "?force=true").statusCode(204);
    }
    assertThat(
            select(
                "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = '%s'"
                    .formatted(database)))
        .isEmpty();
    application("INSERT INTO users VALUES (9, 'Zed', 0)");
  }
}
