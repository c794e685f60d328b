package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.epoch.storage.mysql.testing.MariaDb;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table of PostgreSQL, its copy in MariaDB, and changes that go from one to the other. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class MysqlCopyTest {
  private final MariaDb server = MariaDb.shared();
  private Api api;
  private String database;
  private String users;

  @BeforeEach
  void aTable() {
    api = Api.inNewRepository("mysqlcopy");
    database = server.database();
    api.post(
            "/storage",
            """
            {"name": "maria", "backend": "mysql", "config":
              {"url": "mysql://root:@127.0.0.1:%d/%s", "ssl_mode": "disabled"}}
            """
                .formatted(server.port(), database))
        .statusCode(201);
    users =
        api.register(
            "users",
            """
            CREATE TABLE %s (
              id integer PRIMARY KEY, email text NOT NULL UNIQUE, "Full Name" text DEFAULT 'nobody',
              credit numeric, limited numeric(6,2), born date, seen timestamptz, at timestamp, ok boolean,
              data jsonb, raw bytea, tags text[], ref uuid, ratio double precision,
              CHECK (id < 100000), CHECK ("Full Name" <> ''))
            """,
            """
            INSERT INTO %s
            SELECT i, 'u' || i || '@x.org', 'user ''' || i, i * 1.10, i / 4.0, date '2000-01-01' + i,
              timestamptz '2024-01-31 10:00:00.5+02' + i * interval '1 h', timestamp '1999-12-31 23:59:59', i %% 2 = 0,
              jsonb_build_object('b', i, 'a', ARRAY[1.0, i]), decode(lpad(to_hex(i), 8, '0'), 'hex'),
              ARRAY['a', 'b,' || i], md5(i::text)::uuid, i / 3.0
            FROM generate_series(1, 1500) i
            """);
    api.commit("main", "first");
  }

  private List<String> maria(String sql) {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement()) {
      List<String> rows = new ArrayList<>();
      if (statement.execute(sql)) {
        try (ResultSet row = statement.getResultSet()) {
          while (row.next()) {
            rows.add(row.getString(1));
          }
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void merge(String into, String body, int inserted, int updated, int deleted) {
    api.post("/tables/" + into + "/merge", body)
        .statusCode(200)
        .body("inserted", equalTo(inserted))
        .body("updated", equalTo(updated))
        .body("deleted", equalTo(deleted));
  }

  @Test
  void aCopyHasTheSameRowsAndHashAndSoHasItsOwnCopy() {
    // when
    String hash =
        api.post("/tables/users/copy", "{\"to\": \"maria\", \"as\": \"users_maria\"}")
            .statusCode(201)
            .body("record_count", equalTo(1500))
            .body("nearest.column", hasItem("tags"))
            .extract()
            .path("content_hash");

    // then
    assertThat(maria("SELECT count(*) FROM users_maria")).containsExactly("1500");
    assertThat(maria("SHOW TABLES LIKE 'epoch_made'")).isEmpty();
    assertThat(maria("SHOW TABLES LIKE 'epoch_trial'")).isEmpty();
    api.get("/tables/users_maria")
        .body("copied_from.table", equalTo("users"))
        .body("storage", equalTo("maria"));
    // the check means the column, and not the text of its name
    try {
      maria("INSERT INTO users_maria (id, email, `Full Name`) VALUES (0, 'x', '')");
    } catch (IllegalStateException refused) {
      assertThat(refused.getCause()).hasMessageContaining("CONSTRAINT");
      String storage = api.get("/tables/users").extract().path("storage");
      api.commit("main", "copied");
      api.post(
              "/tables/users_maria/copy",
              "{\"to\": \"%s\", \"as\": \"%s\"}".formatted(storage, users + "_2"))
          .statusCode(201)
          .body("content_hash", equalTo(hash));
      return;
    }
    throw new AssertionError("the check was lost");
  }

  @Test
  void whatCannotBeCopiedLeavesNothing() {
    DatabasesForTests.shop("UPDATE %s SET ratio = 'NaN' WHERE id = 7".formatted(users));
    api.commit("main", "no number");

    api.post("/tables/users/copy", "{\"to\": \"maria\"}").statusCode(422);

    assertThat(maria("SHOW TABLES LIKE 'users%'")).isEmpty();
    api.get("/tables/users_maria").statusCode(404);
  }

  @Test
  void changesGoBothWays() {
    api.post("/tables/users/copy", "{\"to\": \"maria\"}").statusCode(201);
    api.commit("main", "copied");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post(
            "/tables/users/records?branch=x",
            "{\"upsert\": [{\"id\": 1, \"email\": \"ann@x.org\"}, {\"id\": 9001, \"email\": \"new@x.org\", \"credit\": 12.50, \"tags\": [\"q\"]}], \"delete\": [{\"id\": 2}]}")
        .statusCode(200);
    api.commit("x", "on the branch");
    // another field of the same row, by the application of the copy
    maria("UPDATE users_maria SET credit = 77 WHERE id = 1");

    // when
    merge("users_maria", "{\"source\": \"users\", \"ref\": \"x\", \"branch\": \"main\"}", 1, 1, 1);
    merge("users_maria", "{\"source\": \"users\", \"ref\": \"x\", \"branch\": \"main\"}", 0, 0, 0);

    // then
    assertThat(maria("SELECT CONCAT(email, ' ', FORMAT(credit, 0)) FROM users_maria WHERE id = 1"))
        .containsExactly("ann@x.org 77");
    assertThat(maria("SELECT tags FROM users_maria WHERE id = 9001")).containsExactly("{q}");
    assertThat(maria("SELECT 1 FROM users_maria WHERE id = 2")).isEmpty();
    api.commit("main", "brought");

    // and back
    maria("UPDATE users_maria SET seen = '2025-01-01 00:00:00' WHERE id = 5");
    api.commit("main", "in the copy");
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(200);
    merge(
        "users", "{\"source\": \"users_maria\", \"ref\": \"main\", \"branch\": \"main\"}", 0, 2, 0);
    api.commit("main", "brought back");
    api.get("/tables/users/records/1?ref=main").body("credit", equalTo(77f));
    api.get("/tables/users/records/5?ref=main").body("seen", equalTo("2025-01-01T00:00:00Z"));
  }
}
