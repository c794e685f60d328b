package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

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

/** A table of PostgreSQL, its copy in SQLite, and changes that go from one to the other. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class TableCopyTest {
  @TempDir Path folder;
  private Api api;
  private Path file;
  private String users;

  @BeforeEach
  void aTable() {
    api = Api.inNewRepository("copy");
    file = folder.resolve("lite.db");
    api.post(
            "/storage",
            "{\"name\": \"lite\", \"backend\": \"sqlite\", \"config\": {\"path\": \"%s\", \"mode\": \"rwc\"}}"
                .formatted(file))
        .statusCode(201);
    users =
        api.register(
            "users",
            """
            CREATE TABLE %s (
              id integer PRIMARY KEY, email text NOT NULL UNIQUE, name text DEFAULT 'nobody',
              credit numeric, limited numeric(6,2), born date, seen timestamptz, ok boolean,
              data jsonb, raw bytea, tags text[], ref uuid, ratio double precision,
              doubled integer GENERATED ALWAYS AS (id * 2) STORED, CHECK (id < 100000), CHECK (length(email) > 1))
            """,
            """
            INSERT INTO %s (id, email, name, credit, limited, born, seen, ok, data, raw, tags, ref, ratio)
            SELECT i, 'u' || i || '@x.org', 'user ''' || i, i * 1.10, i / 4.0, date '2000-01-01' + i,
              timestamptz '2024-01-31 10:00:00.5+02' + i * interval '1 h', i %% 2 = 0,
              jsonb_build_object('b', i, 'a', ARRAY[1.0, i]), decode(lpad(to_hex(i), 8, '0'), 'hex'),
              ARRAY['a', 'b,' || i], md5(i::text)::uuid, i / 3.0
            FROM generate_series(1, 1500) i
            """);
    DatabasesForTests.shop("INSERT INTO %s (id, email) VALUES (0, 'none')".formatted(users));
    api.commit("main", "first");
  }

  private List<String> lite(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
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

  private List<String> live(String sql) {
    try (Connection connection = DatabasesForTests.connect("shop");
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

  private void copy() {
    api.post("/tables/users/copy", "{\"to\": \"lite\"}").statusCode(201);
    api.commit("main", "copied");
  }

  private void merge(String into, String body, int inserted, int updated, int deleted) {
    api.post("/tables/" + into + "/merge", body)
        .statusCode(200)
        .body("inserted", equalTo(inserted))
        .body("updated", equalTo(updated))
        .body("deleted", equalTo(deleted));
  }

  @Test
  void aCopyHasTheSameRowsAndHash() {
    // when
    String hash =
        api.post("/tables/users/copy", "{\"to\": \"lite\", \"as\": \"users_lite\"}")
            .statusCode(201)
            .body("record_count", equalTo(1501))
            .body("nearest.column", hasItem("seen"))
            .body("nearest.column", hasItem("tags"))
            .body("left_out", hasItem("generated column doubled"))
            .body("left_out", hasItem(containsString("length(email)")))
            .extract()
            .path("content_hash");

    // then
    assertThat(lite("SELECT count(*) FROM users_lite")).containsExactly("1501");
    assertThat(lite("SELECT name || credit || seen FROM users_lite WHERE id = 3"))
        .containsExactly("user '33.32024-01-31T11:00:00.5Z");
    assertThat(lite("SELECT name FROM sqlite_schema WHERE name LIKE 'epoch_made'")).isEmpty();
    api.get("/tables/users_lite")
        .body("copied_from.table", equalTo("users"))
        .body("storage", equalTo("lite"));
    // a copy beside it, of the same types, has the same hash
    String storage = api.get("/tables/users").extract().path("storage");
    String beside =
        api.post(
                "/tables/users/copy",
                "{\"to\": \"%s\", \"as\": \"%s\"}".formatted(storage, users + "_2"))
            .statusCode(201)
            .body("nearest", hasSize(0))
            .extract()
            .path("content_hash");
    assertThat(beside).isEqualTo(hash);
    // and so has the copy of the copy
    api.commit("main", "copied");
    api.post(
            "/tables/users_lite/copy",
            "{\"to\": \"%s\", \"as\": \"%s\"}".formatted(storage, users + "_3"))
        .statusCode(201)
        .body("content_hash", equalTo(hash));
  }

  @Test
  void whatCannotBeCopiedLeavesNothing() {
    DatabasesForTests.shop(
        "UPDATE %s SET ratio = 'NaN', name = NULL WHERE id = 7".formatted(users));
    api.commit("main", "no number");

    api.post("/tables/users/copy", "{\"to\": \"lite\"}").statusCode(422);

    assertThat(lite("SELECT name FROM sqlite_schema WHERE name LIKE 'users%'")).isEmpty();
    api.get("/tables/users_lite").statusCode(404);
    api.post("/tables/users/copy", "{\"to\": \"nowhere\"}").statusCode(404);
    api.post("/tables/none/copy", "{\"to\": \"lite\"}").statusCode(404);
  }

  @Test
  void changesGoBothWays() {
    copy();
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post(
            "/tables/users/records?branch=x",
            "{\"upsert\": [{\"id\": 1, \"name\": \"Ann\"}, {\"id\": 9001, \"email\": \"new@x.org\", \"credit\": 12.50, \"tags\": [\"q\"]}], \"delete\": [{\"id\": 2}]}")
        .statusCode(200);
    api.commit("x", "on the branch");
    // another field of the same row, by the application of the copy
    lite("UPDATE users_lite SET credit = '77' WHERE id = 1");

    // when
    merge(
        "users_lite",
        "{\"source\": \"users\", \"ref\": \"x\", \"branch\": \"main\", \"dry_run\": true}",
        1,
        1,
        1);
    merge("users_lite", "{\"source\": \"users\", \"ref\": \"x\", \"branch\": \"main\"}", 1, 1, 1);
    merge("users_lite", "{\"source\": \"users\", \"ref\": \"x\", \"branch\": \"main\"}", 0, 0, 0);

    // then
    assertThat(lite("SELECT name || ' ' || credit FROM users_lite WHERE id = 1"))
        .containsExactly("Ann 77");
    assertThat(lite("SELECT tags FROM users_lite WHERE id = 9001")).containsExactly("{q}");
    assertThat(lite("SELECT 1 FROM users_lite WHERE id = 2")).isEmpty();
    api.commit("main", "brought");

    // and back: what came from the origin is no change of the copy
    lite(
        "UPDATE users_lite SET seen = '2025-01-01 00:00:00+00', tags = '{\"x y\",z}' WHERE id = 5");
    api.commit("main", "in the copy");
    api.post("/branches/merge", "{\"source\": \"x\", \"target\": \"main\"}").statusCode(200);
    merge(
        "users", "{\"source\": \"users_lite\", \"ref\": \"main\", \"branch\": \"main\"}", 0, 2, 0);
    assertThat(
            live(
                "SELECT id || ' ' || name || ' ' || credit FROM %s WHERE id IN (1, 9001) ORDER BY id"
                    .formatted(users)))
        .containsExactly("1 Ann 77", "9001 nobody 12.50");
    assertThat(
            live(
                "SELECT tags[1] || (seen = '2025-01-01 00:00Z') FROM %s WHERE id = 5"
                    .formatted(users)))
        .containsExactly("x ytrue");
    api.get("/tables/users_lite").body("copied_from.returned.length()", equalTo(64));
  }

  @Test
  void conflictsAreToldAndDecided() {
    copy();
    DatabasesForTests.shop("UPDATE %s SET name = 'Ann' WHERE id = 1".formatted(users));
    lite("UPDATE users_lite SET name = 'Anna' WHERE id = 1");
    api.commit("main", "both");

    // when
    api.post("/tables/users_lite/merge", "{\"source\": \"users\"}")
        .statusCode(409)
        .body("error", equalTo("MergeConflictError"))
        .body("details.conflicts", hasSize(1))
        .body("details.conflicts[0].fields[0].ours", equalTo("Anna"))
        .body("details.conflicts[0].fields[0].theirs", equalTo("Ann"));
    assertThat(lite("SELECT name FROM users_lite WHERE id = 1")).containsExactly("Anna");

    // then
    merge("users_lite", "{\"source\": \"users\", \"strategy\": \"theirs\"}", 0, 1, 0);
    assertThat(lite("SELECT name FROM users_lite WHERE id = 1")).containsExactly("Ann");
  }

  @Test
  void aColumnThatTheCopyLacksIsNamedWithTheStatement() {
    copy();
    DatabasesForTests.shop(
        "ALTER TABLE %s ADD COLUMN tier integer DEFAULT 1".formatted(users),
        "UPDATE %s SET tier = 2 WHERE id = 4".formatted(users));
    api.commit("main", "a column");

    api.post("/tables/users_lite/merge", "{\"source\": \"users\"}")
        .statusCode(409)
        .body("details.remedy", containsString("ALTER TABLE users_lite ADD COLUMN tier BIGINT"));
    lite("ALTER TABLE users_lite ADD COLUMN tier BIGINT DEFAULT 1");
    merge("users_lite", "{\"source\": \"users\"}", 0, 1, 0);
    assertThat(lite("SELECT tier FROM users_lite WHERE id IN (3, 4) ORDER BY id"))
        .containsExactly("1", "2");
    api.post("/tables/users/merge", "{\"source\": \"users\"}")
        .statusCode(422)
        .body("message", containsString("copied"));
  }
}
