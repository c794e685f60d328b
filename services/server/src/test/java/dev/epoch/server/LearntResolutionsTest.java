package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conflicts that were decided once are known when they come back. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class LearntResolutionsTest {
  private static final String MERGE = "{\"source\": \"dev\", \"target\": \"main\"%s}";

  private Api api;

  @BeforeEach
  void divergedBranches() {
    api = Api.inNewRepository("learnt");
    api.register(
        "users",
        "CREATE TABLE %s (id int PRIMARY KEY, name text, email text, age int)",
        "INSERT INTO %s VALUES (1, 'a', 'a@x', 1), (2, 'b', 'b@x', 2), (3, 'c', 'c@x', 3)");
    api.commit("main", "base");
    api.post("/branches", "{\"name\": \"dev\", \"checkout\": false}").statusCode(201);
    write("dev", "{\"id\": 1, \"name\": \"dev\", \"email\": \"dev@x\"}, {\"id\": 3, \"age\": 30}");
    api.post("/tables/users/records?branch=dev", "{\"delete\": [{\"id\": 2}]}").statusCode(200);
    api.commit("dev", "dev");
    write(
        "main",
        "{\"id\": 1, \"name\": \"main\", \"email\": \"main@x\"}, {\"id\": 2, \"age\": 20}, {\"id\": 3, \"age\": 31}");
    api.commit("main", "main");
    merge("").statusCode(409).body("details.conflict_count", equalTo(3));
  }

  private void write(String branch, String records) {
    api.post("/tables/users/records?branch=" + branch, "{\"upsert\": [" + records + "]}")
        .statusCode(200);
  }

  private Answer merge(String more) {
    return api.post("/branches/merge", MERGE.formatted(more));
  }

  private Answer resolve(String what) {
    return api.post("/conflicts/resolve", "{\"branch\": \"main\", " + what + "}");
  }

  private Answer conflicts() {
    return api.get("/conflicts?branch=main").statusCode(200);
  }

  private void abort() {
    api.post("/branches/merge/abort", "{\"branch\": \"main\"}").statusCode(200);
  }

  /** Row 1 by field, row 2 as a whole, row 3 with a value of its own. */
  private void decideAll() {
    resolve("\"table\": \"users\", \"key\": 1, \"field\": \"name\", \"resolution\": \"theirs\"")
        .statusCode(200);
    resolve(
            "\"table\": \"users\", \"key\": 1, \"field\": \"email\", \"resolution\": \"value\", \"value\": null")
        .statusCode(200);
    resolve("\"table\": \"users\", \"key\": 2, \"resolution\": \"theirs\"").statusCode(200);
    resolve(
            "\"table\": \"users\", \"key\": 3, \"resolution\": \"value\", \"value\": {\"age\": 33, \"name\": \"see\"}")
        .statusCode(200)
        .body("remaining", equalTo(0));
  }

  @Test
  void whatWasDecidedIsOfferedAndMadeAgain() {
    // given
    conflicts().body("conflicts[0].fields[0].learnt", nullValue());
    resolve("\"resolution\": \"learnt\"").statusCode(404).body("message", containsString("before"));
    decideAll();
    abort();

    // when
    merge("").statusCode(409);

    // then
    conflicts()
        .body("unresolved", equalTo(3))
        .body("conflicts[0].learnt", nullValue())
        .body("conflicts[0].fields.find { it.name == 'name' }.learnt.resolution", equalTo("theirs"))
        .body("conflicts[0].fields.find { it.name == 'name' }.learnt.value", equalTo("dev"))
        .body("conflicts[0].fields.find { it.name == 'email' }.learnt.resolution", equalTo("value"))
        .body("conflicts[1].learnt.resolution", equalTo("theirs"))
        .body("conflicts[2].learnt.value.age", equalTo(33))
        .body("conflicts[2].learnt.value.name", equalTo("see"));

    // and of one record, then of all
    resolve("\"table\": \"users\", \"key\": 3, \"resolution\": \"learnt\"")
        .statusCode(200)
        .body("resolved", equalTo(1))
        .body("remaining", equalTo(2));
    resolve("\"resolution\": \"learnt\"")
        .statusCode(200)
        .body("resolved", equalTo(2))
        .body("decided", equalTo(3))
        .body("remaining", equalTo(0));
    conflicts().body("unresolved", equalTo(0)).body("conflicts[2].learnt", nullValue());
    api.post("/branches/merge/continue", "{\"branch\": \"main\"}").statusCode(200);
    merged();
  }

  private void merged() {
    api.get("/tables/users/records?ref=main")
        .body("records.size()", equalTo(2))
        .body("records[0].name", equalTo("dev"))
        .body("records[0].email", nullValue())
        .body("records[1].age", equalTo(33))
        .body("records[1].name", equalTo("see"));
  }

  @Test
  void aMergeCanDecideAsItWasDecidedBefore() {
    decideAll();
    abort();
    merge(", \"learnt\": true, \"dry_run\": true").statusCode(422);
    merge(", \"learnt\": true")
        .statusCode(200)
        .body("conflict_count", equalTo(0))
        .body("result_commit_id", notNullValue());
    merged();
  }

  @Test
  void aMergeSaysThatWhatItBroughtBeforeWasTakenBack() {
    decideAll();
    api.post("/branches/merge/continue", "{\"branch\": \"main\"}").statusCode(200);
    merge("").body("up_to_date", equalTo(true)).body("taken_back", nullValue());
    api.post("/branches/main/revert", "{\"commit\": \"main\"}").statusCode(200);
    String revert = api.get("/branches/main").extract().path("head_commit_id");
    merge("").body("up_to_date", equalTo(true)).body("taken_back", equalTo(revert));
    api.post("/branches/main/revert", "{\"commit\": \"" + revert + "\"}").statusCode(200);
    merge("").body("taken_back", nullValue());
    merged();
  }

  @Test
  void whatIsNotTheSameIsAskedAgain() {
    decideAll();
    abort();
    write("main", "{\"id\": 1, \"email\": \"other@x\"}");
    api.commit("main", "other values");
    merge(", \"learnt\": true").statusCode(409).body("details.open", equalTo(true));
    conflicts()
        .body("unresolved", equalTo(1))
        .body("conflicts[0].fields.find { it.name == 'name' }.resolved", equalTo(true))
        .body("conflicts[0].fields.find { it.name == 'email' }.resolved", equalTo(false))
        .body("conflicts[0].fields.find { it.name == 'email' }.learnt", nullValue());
  }

  @Test
  void theLastDecisionCountsAndAllCanBeForgotten() {
    resolve("\"resolution\": \"ours\"").statusCode(200);
    resolve("\"table\": \"users\", \"key\": 1, \"field\": \"name\", \"resolution\": \"theirs\"")
        .statusCode(200);
    abort();
    merge("").statusCode(409);
    conflicts()
        .body("conflicts[0].learnt.resolution", equalTo("ours"))
        .body("conflicts[0].fields.find { it.name == 'name' }.learnt.resolution", equalTo("theirs"))
        .body("conflicts[0].fields.find { it.name == 'email' }.learnt", nullValue());

    // and whoever forgets a record is offered the others
    api.post("/conflicts/forget", "{\"table\": \"users\", \"key\": 1}")
        .statusCode(200)
        .body("forgotten", equalTo(3));
    conflicts()
        .body("conflicts[0].learnt", nullValue())
        .body("conflicts[0].fields.learnt", equalTo(java.util.Arrays.asList(null, null)))
        .body("conflicts[1].learnt.resolution", equalTo("ours"));

    // and what is rebuilt from the log knows the same
    api.post("/admin/rebuild", "{\"projection\": \"learnt-resolutions\"}").statusCode(200);
    conflicts()
        .body("conflicts[0].learnt", nullValue())
        .body("conflicts[2].learnt.resolution", equalTo("ours"));
    api.post("/conflicts/forget", "{\"key\": 1}").statusCode(422);
    api.post("/conflicts/forget", "{}").body("forgotten", equalTo(3));
    resolve("\"resolution\": \"learnt\"").statusCode(404);
  }
}
