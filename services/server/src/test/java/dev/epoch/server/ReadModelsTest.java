package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            "/admin/recovery")) {
      asked.put(path, text(api, path));
    }
    String bob = text(api.as("bob"), "/branches");
    assertThat(JsonPath.from(bob).getString("current")).isEqualTo("feature/x");
    assertThat(JsonPath.from(asked.get("/commits")).getList("commits.message"))
        .containsExactly("last", merged(asked), "third", "second", "first");
    assertThat(JsonPath.from(asked.get("/commits/main~1%5E2")).getString("id")).isEqualTo(second);

    // when
    api.post("/admin/rebuild?repository=" + api.repository(), "{}")
        .statusCode(200)
        .body("projections.findAll { it.name != 'overlay-tables' }.equal.every()", equalTo(true));

    // then
    asked.forEach((path, answer) -> assertThat(text(api, path)).as(path).isEqualTo(answer));
    assertThat(text(api.as("bob"), "/branches")).isEqualTo(bob);
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
    ValidatableResponse answer;
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
