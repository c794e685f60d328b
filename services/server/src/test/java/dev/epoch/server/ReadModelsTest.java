package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What GET answers comes from read models: built anew they answer the same, behind they refuse. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ReadModelsTest {
  private static final long WAIT_NANOS = 30_000_000_000L;

  @Test
  void readModelsThatWereBuiltAnewAnswerTheSame() {
    // given branches that diverged, were merged, moved, renamed, deleted and checked out
    Api api = Api.inNewRepository("read");
    api.register("users", "CREATE TABLE %s (id integer PRIMARY KEY, name text)");
    api.register("orders", "CREATE TABLE %s (id integer PRIMARY KEY)");
    String first = api.commit("main", "first");
    branch(api, "feature/x");
    branch(api, "gone");
    branch(api, "behind");
    write(api, "users", "feature/x", 1);
    String second = api.commit("feature/x", "second");
    write(api, "orders", "main", 2);
    api.commit("main", "third");
    api.post("/branches/merge", "{\"source\": \"feature/x\", \"target\": \"main\"}")
        .statusCode(200);
    api.post("/branches/merge", "{\"source\": \"main\", \"target\": \"behind\"}").statusCode(200);
    api.patch("/branches/behind", "{\"name\": \"renamed\"}").statusCode(200);
    api.delete("/branches/gone?force=true").statusCode(204);
    api.post("/tags", "{\"name\": \"v1\", \"target\": \"" + first + "\"}").statusCode(201);
    api.as("bob").post("/branches/feature%2Fx/checkout").statusCode(200);
    api.delete("/tables/orders").statusCode(not(500));
    write(api, "users", "main", 9);
    api.commit("main", "last");
    Map<String, String> asked = new LinkedHashMap<>();
    for (String path :
        List.of(
            "/commits",
            "/commits?limit=2&offset=1",
            "/commits?all=true",
            "/commits?ref=feature%2Fx..main",
            "/commits?ref=main...feature%2Fx",
            "/commits?table=users&author=JANE",
            "/commits?since=2100-01-01T00:00:00Z",
            "/commits?committer=jane&actor=jane",
            "/commits/main",
            "/commits/v1",
            "/commits/main~1",
            "/commits/main~1%5E2",
            "/commits/" + second.substring(0, 12),
            "/branches",
            "/branches/main",
            "/branches/feature%2Fx",
            "/branches/renamed",
            "/branches/compare?source=feature%2Fx&target=main",
            "/branches/compare?source=main&target=" + first,
            "/tables",
            "/tables?ref=feature%2Fx",
            "/tables?ref=v1",
            "/tables?ref=main~1%5E2",
            "/tables/users",
            "/tables/users?ref=v1",
            "/tables/orders?ref=v1",
            "/tables/orders/schema?ref=v1",
            "/tables/users/constraints?ref=v1",
            "/admin/recovery")) {
      asked.put(path, text(api, path));
    }
    String bob = text(api.as("bob"), "/branches");
    assertThat(JsonPath.from(bob).getString("current")).isEqualTo("feature/x");
    assertThat(JsonPath.from(asked.get("/commits")).getList("commits.message"))
        .containsExactly("last", merged(asked), "third", "second", "first");
    assertThat(JsonPath.from(asked.get("/commits/main~1%5E2")).getString("id")).isEqualTo(second);

    assertThat(JsonPath.from(asked.get("/tables")).getList("tables.name")).containsExactly("users");
    assertThat(JsonPath.from(asked.get("/tables?ref=v1")).getList("tables.name"))
        .containsExactly("orders", "users");
    assertThat(JsonPath.from(asked.get("/tables/users")).getInt("record_count")).isEqualTo(2);
    assertThat(JsonPath.from(asked.get("/tables/users?ref=v1")).getInt("record_count")).isZero();

    // when
    api.post("/admin/rebuild?repository=" + api.repository(), "{}")
        .statusCode(200)
        .body("projections.findAll { it.name != 'overlay-tables' }.equal.every()", equalTo(true));

    // then
    asked.forEach((path, answer) -> assertThat(text(api, path)).as(path).isEqualTo(answer));
    assertThat(text(api.as("bob"), "/branches")).isEqualTo(bob);
  }

  @Test
  void conflictsAndStoragesThatWereBuiltAnewAnswerTheSame() {
    // given a merge with conflicts of which some are decided, and storages that were changed
    Api api = Api.inNewRepository("read-open");
    api.register(
        "users",
        "CREATE TABLE %s (id integer PRIMARY KEY, name text, note text)",
        "INSERT INTO %s SELECT i, 'n', 'o' FROM generate_series(1, 4) AS i");
    api.commit("main", "import");
    branch(api, "other");
    for (String side : List.of("other", "main")) {
      api.post(
              "/tables/users/records?branch=" + side,
              "{\"upsert\": [%s]}"
                  .formatted(
                      IntStream.rangeClosed(1, 4)
                          .mapToObj(id ->
                              "{\"id\": %d, \"name\": \"%s\", \"note\": \"%s\"}"
                                  .formatted(id, side, side))
                          .collect(Collectors.joining(", "))))
          .statusCode(200);
      api.commit(side, "changed");
    }
    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);
    for (String decision :
        List.of(
            "\"key\": 1, \"resolution\": \"ours\"",
            "\"key\": 2, \"field\": \"name\", \"resolution\": \"value\", \"value\": null",
            "\"key\": 3, \"resolution\": \"value\", \"value\": {\"name\": \"a\", \"note\": null}")) {
      api.post("/conflicts/resolve", "{\"table\": \"users\", " + decision + "}").statusCode(200);
    }
    for (String name : List.of("first", "second", "third")) {
      api.post(
              "/storage",
              "{\"name\": \"%s\", \"backend\": \"postgresql\", \"default\": true, \"config\": {\"host\": \"h\", \"database\": \"d\", \"password\": \"hunter2\"}}"
                  .formatted(name))
          .statusCode(201);
    }
    api.patch("/storage/first", "{\"config\": {\"pool_size\": 3}, \"enabled\": false}")
        .statusCode(200);
    api.patch("/storage/second", "{\"default\": true, \"description\": \"two\"}").statusCode(200);
    api.delete("/storage/third").statusCode(204);

    // then what was done is read at once
    api.get("/conflicts")
        .body("total", equalTo(4))
        .body("unresolved", equalTo(2))
        .body("conflicts.resolved", equalTo(List.of(true, false, true, false)))
        .body("conflicts[1].fields.resolved", equalTo(List.of(true, false)));
    api.get("/storage/first")
        .body("config.host", equalTo("h"))
        .body("config.pool_size", equalTo(3))
        .body("config", not(hasKey("password")))
        .body("enabled", equalTo(false))
        .body("default", equalTo(false));
    api.get("/storage")
        .body("storage.name", hasItems("first", "second"))
        .body("storage.findAll { it.default }.name", equalTo(List.of("second")))
        .body("storage.find { it.name == 'second' }.description", equalTo("two"));

    // when
    Map<String, String> asked = new LinkedHashMap<>();
    for (String path :
        List.of(
            "/conflicts",
            "/conflicts?branch=other",
            "/conflicts?table=users&limit=1",
            "/storage",
            "/storage/first",
            "/storage/second")) {
      asked.put(path, text(api, path));
    }
    api.post("/admin/rebuild?repository=" + api.repository(), "{}")
        .statusCode(200)
        .body("projections.findAll { it.name != 'overlay-tables' }.equal.every()", equalTo(true))
        .body("projections.name", hasItems("conflicts", "storages"));

    // then
    asked.forEach((path, answer) -> assertThat(text(api, path)).as(path).isEqualTo(answer));
    api.post("/branches/merge/abort").statusCode(200);
    api.get("/conflicts").body("total", equalTo(0)).body("unresolved", equalTo(0));
  }

  @Test
  void aReadModelThatIsParkedIsNotReadAndSaysWhy() {
    // given
    Api api = Api.inNewRepository("parked-read");
    Api other = Api.inNewRepository("other-read");
    metadata(
        """
        CREATE FUNCTION epoch_read.refuse_branch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'no branch here';
        END $$
        """,
        "CREATE TRIGGER refuse BEFORE INSERT ON epoch_read.branches FOR EACH ROW"
            + " WHEN (NEW.repository = '%s') EXECUTE FUNCTION epoch_read.refuse_branch()"
                .formatted(api.repository()));
    try {
      // when
      branch(api, "one");
      branch(other, "one");

      // then what is behind is not told, and others are answered
      api.get("/branches")
          .statusCode(503)
          .header("Retry-After", "1")
          .body("message", containsString("'history' is parked"))
          .body("message", containsString("no branch here"));
      api.get("/commits").statusCode(503);
      other.get("/branches").statusCode(200).body("branches", hasSize(2));
    } finally {
      metadata("DROP FUNCTION epoch_read.refuse_branch CASCADE");
    }

    // when
    api.post("/admin/projections/history/retry?repository=" + api.repository()).statusCode(200);

    // then
    long deadline = System.nanoTime() + WAIT_NANOS;
    Answer answer;
    do {
      assertThat(System.nanoTime()).isLessThan(deadline);
      answer = api.get("/branches");
    } while (answer.extract().statusCode() == 503);
    answer.statusCode(200).body("branches", hasSize(2));
  }

  private static Object merged(Map<String, String> asked) {
    return JsonPath.from(asked.get("/commits/main~1")).getString("message");
  }

  private static String text(Api api, String path) {
    return api.get(path).statusCode(200).extract().asString();
  }

  private static void branch(Api api, String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  private static void write(Api api, String table, String branch, int id) {
    api.post(
            "/tables/" + table + "/records?branch=" + Api.encoded(branch),
            "{\"upsert\": [{\"id\": " + id + "}]}")
        .statusCode(200);
  }

  private static void metadata(String... statements) {
    try (Connection connection = DatabasesForTests.connect(DatabasesForTests.METADATA);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
