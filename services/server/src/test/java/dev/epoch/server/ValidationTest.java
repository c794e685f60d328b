package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commits are read anew and compared with what they say. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class ValidationTest {
  private Api api;
  private String users;
  private String first;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("validation");
    users =
        api.register(
            "users",
            "CREATE TABLE %s (id int PRIMARY KEY, name text)",
            "INSERT INTO %s VALUES (1, 'Ann'), (2, 'Bob')");
    api.register("plans", "CREATE TABLE %s (id int PRIMARY KEY)", "INSERT INTO %s VALUES (1)");
    first = api.commit("main", "import");
  }

  private void write(String branch, String name) {
    api.post(
            "/tables/users/records?branch=" + branch,
            "{\"upsert\": [{\"id\": 2, \"name\": \"%s\"}]}".formatted(name))
        .statusCode(200);
  }

  private void valid(String ref, String... tables) {
    api.get("/validation?ref=" + Api.encoded(ref))
        .statusCode(200)
        .body("valid", equalTo(true))
        .body("tables.table", equalTo(List.of(tables)))
        .body("tables.problem", equalTo(java.util.Arrays.asList(new String[tables.length])));
  }

  @Test
  void whatWasCommittedIsThereWhateverHappenedSince() {
    // given
    api.post("/tags", "{\"name\": \"v1\"}").statusCode(201);
    api.post("/branches", "{\"name\": \"feature\"}").statusCode(201);
    write("feature", "Rob");
    String second = api.commit("feature", "rename");
    write("main", "Bert");
    String third = api.commit("main", "rename otherwise");
    DatabasesForTests.shop("ALTER TABLE %s ADD COLUMN email text DEFAULT 'none'".formatted(users));
    String fourth = api.commit("main", "email");
    write("main", "not committed");

    // when, then
    for (String ref : List.of(first, "v1", second, third, fourth, "feature", "main", "HEAD")) {
      valid(ref, "plans", "users");
    }
    api.get("/validation?ref=v1")
        .body("commit_id", equalTo(first))
        .body("computed_id", equalTo(first))
        .body("tables[1].found.row_count", equalTo(2));
    api.get("/validation?tables=plans").body("tables.table", equalTo(List.of("plans")));
    api.get("/validation?tables=plans,nosuch")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
    api.get("/validation?ref=nosuch").statusCode(404);
  }

  @Test
  void rowsThatWereChangedBehindTheCaptureAreFound() {
    // given
    write("main", "Bert");
    api.commit("main", "rename");

    // when
    DatabasesForTests.shop(
        "BEGIN; SET LOCAL event_triggers = off; ALTER TABLE %1$s DISABLE TRIGGER USER; UPDATE %1$s SET name = 'Eve' WHERE id = 1; ALTER TABLE %1$s ENABLE TRIGGER USER; COMMIT"
            .formatted(users));

    // then
    for (String ref : List.of("main", first)) {
      api.get("/validation?ref=" + ref)
          .statusCode(200)
          .body("valid", equalTo(false))
          .body("tables.outcome", equalTo(List.of("valid", "different")))
          .body("tables[0].problem", nullValue())
          .body("tables[1].problem", containsString("Rows were changed"));
    }
  }

  @Test
  void rowsThatAreMissingAreFound() {
    DatabasesForTests.shop(
        "BEGIN; SET LOCAL event_triggers = off; ALTER TABLE %1$s DISABLE TRIGGER USER; DELETE FROM %1$s WHERE id = 1; ALTER TABLE %1$s ENABLE TRIGGER USER; COMMIT"
            .formatted(users));

    api.get("/validation")
        .body("valid", equalTo(false))
        .body("tables[1].problem", equalTo("2 rows were committed, 1 are read"))
        .body("tables[1].expected.row_count", equalTo(2))
        .body("tables[1].found.row_count", equalTo(1));
  }

  @Test
  void whatWasCleanedUpCannotBeSaid() {
    // given
    api.delete("/tables/plans?purge=true&force=true").statusCode(204);

    // when, then
    api.get("/validation?ref=" + first)
        .statusCode(200)
        .body("valid", equalTo(false))
        .body("tables.outcome", equalTo(List.of("pruned", "valid")))
        .body("tables[0].found", nullValue());
  }
}
