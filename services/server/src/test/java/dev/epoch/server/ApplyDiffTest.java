package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Diffs in their forms, and what applying them does. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ApplyDiffTest {
  private Api api;
  private String things;

  @BeforeEach
  void aTableOfManyKinds() {
    api = Api.inNewRepository("apply");
    things =
        api.register(
            "things",
            "CREATE TYPE mood_%1$s AS ENUM ('sad', 'it''s ok')",
            "CREATE TYPE pair_%1$s AS (a int, b text)",
            """
            CREATE TABLE %1$s (
              id bigint PRIMARY KEY, "Odd ""name" text, n numeric(30, 10), f double precision,
              b boolean, raw bytea, d date, ts timestamp, tz timestamptz, i interval, u uuid,
              j jsonb, jt json, a int[], ta text[], m mood_%1$s, p pair_%1$s, r int4range, ip inet,
              bits bit varying(8), "user" text NOT NULL DEFAULT 'x',
              doubled numeric GENERATED ALWAYS AS (n * 2) STORED)
            """,
            "INSERT INTO %1$s (id, n, j) SELECT i, i, '{\"k\": 1}' FROM generate_series(1, 40) AS i");
    api.commit("main", "import");
  }

  /** {@code apply(diff(a, b), a) = b}, as lines and as statements of PostgreSQL. */
  @Test
  void whatADiffTellsBringsTheOtherStateAbout() throws SQLException {
    api.post("/branches", "{\"name\": \"b\", \"checkout\": false}").statusCode(201);
    randomChanges("b", new Random(7));
    api.commit("b", "random");
    for (String name : List.of("lines", "statements")) {
      api.post(
              "/branches",
              "{\"name\": \"" + name + "\", \"checkout\": false, \"start_point\": \"main\"}")
          .statusCode(201);
    }

    apply(diff("application/x-ndjson"), "branch=lines&table=things&dry_run=true").statusCode(200);
    api.get("/status?branch=lines").body("clean", equalTo(true));
    apply(diff("application/x-ndjson"), "branch=lines&table=things").statusCode(200);
    apply(diff("application/x-ndjson"), "branch=lines&table=things")
        .statusCode(200)
        .body("inserted", equalTo(0))
        .body("updated", equalTo(0))
        .body("deleted", equalTo(0));
    api.commit("lines", "applied");
    onBranch("statements", diff("application/sql"));
    api.commit("statements", "run");

    for (String name : List.of("lines", "statements")) {
      api.get("/diff/things?base=b&target=" + name).body("changes", equalTo(List.of()));
    }
    assertThat(hash("lines")).isEqualTo(hash("b")).isNotEqualTo(hash("main"));
    assertThat(hash("statements")).isEqualTo(hash("b"));
  }

  private String diff(String form) {
    return api.request()
        .accept(form)
        .get("/diff/things?base=main&target=b")
        .then()
        .statusCode(200)
        .extract()
        .asString();
  }

  private String hash(String ref) {
    return api.get("/snapshots?ref=" + ref).extract().path("tables[0].content_hash");
  }

  private ValidatableResponse apply(String lines, String query) {
    return api.request()
        .contentType("application/x-ndjson")
        .body(lines.getBytes(StandardCharsets.UTF_8))
        .post("/apply?" + query)
        .then();
  }

  private void onBranch(String branch, String... statements) throws SQLException {
    try (var connection = DatabasesForTests.connect(DatabasesForTests.SHOP);
        var session = connection.createStatement()) {
      session.execute("SELECT epoch.use_branch('" + branch + "', '" + api.repository() + "')");
      for (String sql : statements) {
        session.execute(sql);
      }
    }
  }

  private void randomChanges(String branch, Random random) throws SQLException {
    String[] values = {
      "'a\nb''\\ \"x\" \t'", "NULL", "''", "'\u00e4\u4e2d\ud83d\ude00'", "'NULL'", "'\r\n'"
    };
    StringBuilder sql = new StringBuilder();
    for (int id = 1; id <= 60; id++) {
      String set =
          """
          "Odd ""name" = %s, n = %s, f = %s, b = %s, raw = %s, d = %s, ts = %s, tz = %s, i = %s,
          u = %s, j = %s, jt = %s, a = %s, ta = %s, m = %s, p = %s, r = %s, ip = %s, bits = %s
          """
              .formatted(
                  pick(random, values),
                  pick(random, "0", "-1.5000000000", "12345678901234567890.5", "NULL", "'NaN'"),
                  pick(random, "'NaN'", "'-Infinity'", "0.1", "1e-300", "NULL", "-0.0"),
                  pick(random, "true", "false", "NULL"),
                  pick(random, "'\\x00ff'", "'\\x'", "NULL"),
                  pick(random, "'2024-02-29'", "'infinity'", "'0044-03-15 BC'", "NULL"),
                  pick(random, "'2024-02-29 12:00:00.000001'", "'-infinity'", "NULL"),
                  pick(random, "'2024-02-29 12:00:00+05:30'", "NULL"),
                  pick(random, "'1 month -2 days 00:00:03.5'", "'30 days'", "NULL"),
                  pick(random, "'123e4567-e89b-12d3-a456-426614174000'", "NULL"),
                  pick(random, "'{\"a\": [1, null, 1.10]}'", "'null'", "'\"text\"'", "NULL"),
                  pick(random, "'{\"b\":1,\"a\":2}'", "NULL"),
                  pick(random, "'{1,NULL,3}'", "'{}'", "'{{1,2},{3,4}}'", "NULL"),
                  pick(random, "ARRAY['a,b', 'NULL', NULL, '\"q\"']", "NULL"),
                  pick(random, "'it''s ok'", "'sad'", "NULL"),
                  pick(random, "ROW(1, 'x,y')", "ROW(NULL, '')", "NULL"),
                  pick(random, "'[1,5)'", "'empty'", "'(,3)'", "NULL"),
                  pick(random, "'10.0.0.1/8'", "'::1'", "NULL"),
                  pick(random, "B'101'", "NULL"));
      switch (random.nextInt(4)) {
        case 0 -> sql.append("DELETE FROM %s WHERE id = %d;\n".formatted(things, id));
        case 1, 2 -> {
          if (id > 40) {
            sql.append("INSERT INTO %s (id) VALUES (%d);\n".formatted(things, id));
          }
          sql.append("UPDATE %s SET %s WHERE id = %d;\n".formatted(things, set, id));
        }
        default -> {
          // stays
        }
      }
    }
    onBranch(branch, sql.toString());
  }

  private static String pick(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  @Test
  void recordsThatAreNotAsTheDiffExpectsAreTold() {
    String changes =
        """
        {"changes": [
          {"table": "things", "type": "update", "key": {"id": 1},
           "before": {"id": 1, "n": 7}, "after": {"id": 1, "n": 8}, "fields": ["n"]},
          {"table": "things", "type": "insert", "key": {"id": 2}, "after": {"id": 2, "n": 9}},
          {"table": "things", "type": "update", "key": {"id": 99},
           "before": {"id": 99}, "after": {"id": 99, "n": 1}},
          {"table": "things", "type": "delete", "key": {"id": 98}},
          {"table": "things", "type": "delete", "key": {"id": 3}, "before": {"id": 3, "n": 3}}]}
        """;
    api.post("/apply?branch=main", changes)
        .statusCode(409)
        .body("error", equalTo("DiffDoesNotApplyError"))
        .body("details.total", equalTo(3))
        .body("details.records.problem", equalTo(List.of("differs", "exists", "missing")))
        .body("details.records[0].fields", equalTo(List.of("n")))
        .body("details.records[0].key.id", equalTo("1"))
        .body("details.remedy", containsString("force"));
    api.get("/status").body("clean", equalTo(true));

    api.post("/apply?branch=main&force=true", changes)
        .statusCode(200)
        .body("inserted", equalTo(1))
        .body("updated", equalTo(2))
        .body("deleted", equalTo(1))
        .body("unchanged", equalTo(1));
    api.get("/diff/things?working=true").body("changes", hasSize(4));
    api.get("/tables/things/records/1?working=true").body("user", equalTo("x"));

    api.post("/apply", "{\"changes\": [{\"type\": \"insert\", \"after\": {\"id\": 1}}]}")
        .statusCode(422);
    api.post(
            "/apply?table=things",
            "{\"changes\": [{\"type\": \"insert\", \"after\": {\"id\": 77, \"x\": 1}}]}")
        .statusCode(422)
        .body("message", containsString("no column x"));
    api.post(
            "/apply?table=nothing", "{\"changes\": [{\"type\": \"delete\", \"key\": {\"id\": 1}}]}")
        .statusCode(404);
  }

  @Test
  void tablesThatReferToEachOtherAreWrittenInOrderAndPutBackTogether() {
    String parents =
        api.register("parents", "CREATE TABLE %s (id int PRIMARY KEY, name text UNIQUE)");
    api.register(
        "children",
        "CREATE TABLE %s (id int PRIMARY KEY, parent int NOT NULL REFERENCES " + parents + ")");
    api.commit("main", "tables");
    String child =
        "{\"table\": \"children\", \"type\": \"insert\", \"after\": {\"id\": 1, \"parent\": %d}}";
    String parent =
        "{\"table\": \"parents\", \"type\": \"insert\", \"after\": {\"id\": 5, \"name\": \"p\"}}";

    api.post("/apply", "{\"changes\": [" + child.formatted(6) + "," + parent + "]}")
        .statusCode(422);
    api.get("/status").body("clean", equalTo(true));
    api.post("/apply", "{\"changes\": [" + child.formatted(5) + "," + parent + "]}")
        .statusCode(200)
        .body("inserted", equalTo(2));
    api.post(
            "/apply",
            "{\"changes\": ["
                + parent.replace("insert", "delete").replace("after", "before")
                + ","
                + child.formatted(5).replace("insert", "delete").replace("after", "before")
                + "]}")
        .statusCode(200)
        .body("deleted", equalTo(2));
  }

  /** What is exported can be imported, in every form. */
  @Test
  void exportsAreImported() throws SQLException {
    api.post("/branches", "{\"name\": \"b\", \"checkout\": false}").statusCode(201);
    randomChanges("b", new Random(11));
    api.commit("b", "random");
    for (String form : List.of("csv", "json", "ndjson")) {
      String file =
          api.request()
              .get("/export/things?ref=b&format=" + form)
              .then()
              .statusCode(200)
              .extract()
              .asString();
      api.post(
              "/branches",
              "{\"name\": \"" + form + "\", \"checkout\": false, \"start_point\": \"main\"}")
          .statusCode(201);
      onBranch(form, "DELETE FROM " + things);
      String type =
          form.equals("csv")
              ? "text/csv"
              : form.equals("json") ? "application/json" : "application/x-ndjson";
      api.request()
          .contentType(type)
          .header("Idempotency-Key", "import " + form)
          .body(file.getBytes(StandardCharsets.UTF_8))
          .post("/import/things?branch=" + form)
          .then()
          .statusCode(200);
      api.commit(form, "imported");
      api.get("/diff/things?base=b&target=" + form).body("changes", equalTo(List.of()));
      assertThat(hash(form)).as(form).isEqualTo(hash("b"));
    }
    api.get("/export/things?format=xml").statusCode(422);
    api.request()
        .contentType("text/csv")
        .header("Idempotency-Key", "bad")
        .body("id,nothing\n1,2\n".getBytes(StandardCharsets.UTF_8))
        .post("/import/things")
        .then()
        .statusCode(422);
  }
}
