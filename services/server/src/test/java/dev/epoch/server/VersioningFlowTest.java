package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user does, through the public surface, against a real database. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class VersioningFlowTest {
  private Api api;
  private String table;

  @BeforeEach
  void aRegisteredTable() {
    api = Api.inNewRepository("flow");
    table =
        api.register(
            "users",
            """
            CREATE TABLE %s (
              id integer PRIMARY KEY,
              name text NOT NULL,
              email text,
              balance numeric(30, 10),
              settings jsonb
            )
            """,
            """
            INSERT INTO %s VALUES
              (1, 'Alice', 'alice@example.com', 0.0000001, '{"a": 1}'),
              (2, 'Bob', 'bob@example.com', 12345678901234567890.5, NULL),
              (3, 'Charlie', 'charlie@example.com', NULL, '[1, null]')
            """);
  }

  @Test
  void aRegisteredTableWaitsForItsCommit() {
    api.get("/status")
        .statusCode(200)
        .body("branch", equalTo("main"))
        .body("commit_id", nullValue())
        .body("clean", equalTo(false))
        .body("unstaged", hasSize(1))
        .body("unstaged[0].table", equalTo("users"))
        .body("unstaged[0].inserted", equalTo(3))
        .body("unstaged[0].change_type", equalTo("added"))
        .body("merge", nullValue());
    api.get("/tables/users/records?ref=main")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));

    api.post(
            "/commits",
            "{\"message\": \"Initial import\", \"author_name\": \"Al\", \"author_email\": \"a@x\"}")
        .statusCode(201)
        .header("X-Epoch-Position", matchesPattern("\\d+"))
        .body("id", matchesPattern("[0-9a-f]{64}"))
        .body("message", equalTo("Initial import"))
        .body("author_name", equalTo("Al"))
        .body("author_email", equalTo("a@x"))
        .body("parent_count", equalTo(0))
        .body("tables[0].inserted", equalTo(3));

    api.get("/status").body("clean", equalTo(true)).body("unstaged", empty());
    api.get("/repositories/status")
        .body("is_clean", equalTo(true))
        .body("is_detached", equalTo(false))
        .body("merge_in_progress", equalTo(false));
    api.get("/repositories/tables").body("", equalTo(List.of("users")));
    api.post("/commits", "{\"message\": \"again\"}")
        .statusCode(422)
        .body("error", equalTo("NothingToCommitError"));
  }

  /** As the command line does. */
  @Test
  void aTableIsTrackedByTheKeyThatItHas() {
    String table = "tracked_" + api.repository().replace('-', '_');
    DatabasesForTests.shop("CREATE TABLE " + table + " (a int, b int, PRIMARY KEY (b, a))");
    String storage = api.get("/storage").extract().path("storage[0].name");
    String body = "{\"table_name\": \"%s\", \"storage_name\": \"%s\"%s}";

    for (String wrong : List.of(", \"primary_key\": [null]", ", \"primary_key\": \"a\"")) {
      api.post("/repositories/tables/track", body.formatted(table, storage, wrong)).statusCode(422);
    }
    api.post("/repositories/tables/track", body.formatted(table, storage, ""))
        .statusCode(201)
        .body("status", equalTo("tracking"));

    api.get("/tables/" + table).body("primary_key", equalTo(List.of("b", "a")));
  }

  @Test
  void recordsKeepEveryDigitAndCanBeWrittenBack() {
    api.commit("main", "import");

    String page = api.get("/tables/users/records?ref=main").statusCode(200).extract().asString();

    assertThat(page)
        .contains("\"balance\":0.0000001000")
        .contains("\"balance\":12345678901234567890.5000000000")
        .contains("\"settings\":[1,null]");
    String record = api.get("/tables/users/records/2?ref=main").extract().asString();
    api.post("/tables/users/records", "{\"upsert\": [" + record + "]}")
        .statusCode(200)
        .body("unchanged", equalTo(1))
        .body("updated", equalTo(0));
  }

  @Test
  void aBranchIsMaterializedAndStaysWhatItIs() {
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"feature/m\"}").statusCode(201);
    String path = "/branches/" + Api.encoded("feature/m") + "/materialize";
    api.get(path).statusCode(200).body("tables", empty());
    api.post("/tables/users/records", "{\"upsert\": [{\"id\": 2, \"name\": \"Rob\"}]}")
        .statusCode(200);

    api.post(path, "{}")
        .statusCode(200)
        .body("branch", equalTo("feature/m"))
        .body("tables", hasSize(1))
        .body("tables[0].table", equalTo("users"))
        .body("tables[0].rows", equalTo(3))
        .body("tables[0].in_use", equalTo(true));
    api.get(path).body("tables[0].table", equalTo("users"));
    api.post("/branches/main/materialize", "{}")
        .statusCode(422)
        .body("message", containsString("live tables"));
    api.post(path, "{\"tables\": [\"nothing\"]}")
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
    api.commit("feature/m", "renamed");
    api.get("/tables/users/records/2?ref=" + Api.encoded("feature/m")).body("name", equalTo("Rob"));

    api.delete(path + "?table=users").statusCode(204);
    api.get(path).body("tables", empty());
  }

  @Test
  void pagesOfRecordsAndConditions() {
    api.commit("main", "import");

    String next =
        api.get("/tables/users/records?limit=2")
            .body("records.id", equalTo(List.of(1, 2)))
            .extract()
            .path("next");
    api.get("/tables/users/records?limit=2&after=" + Api.encoded(next))
        .body("records.id", equalTo(List.of(3)))
        .body("next", nullValue());
    api.get("/tables/users/records?where=name:Bob").body("records.id", hasItem(2));
    api.get("/tables/users/records?where=balance:null").body("records.id", hasItem(3));
    api.get("/tables/users/records/99")
        .statusCode(404)
        .body("error", equalTo("RecordNotFoundError"));
  }

  @Test
  void whatAnApplicationWritesIsCaptured() {
    api.commit("main", "import");

    DatabasesForTests.shop("UPDATE " + table + " SET name = 'Al' WHERE id = 1");

    api.get("/status").body("unstaged[0].updated", equalTo(1));
    api.get("/diff/users?working=true")
        .body("changes", hasSize(1))
        .body("changes[0].type", equalTo("update"))
        .body("changes[0].key.id", equalTo(1))
        .body("changes[0].before.name", equalTo("Alice"))
        .body("changes[0].after.name", equalTo("Al"))
        .body("changes[0].fields", equalTo(List.of("name")));
    api.post("/stage", "{\"branch\": \"main\"}").body("count", equalTo(1));
    api.get("/status").body("staged", hasSize(1)).body("unstaged", empty());
    api.post("/commits/unstage").body("status", equalTo("unstaged")).body("count", equalTo(1));
    api.post("/commits/stage").body("status", equalTo("staged"));
    api.commit("main", "renamed");
    api.get("/commits?table=users").body("total", equalTo(2)).body("has_more", equalTo(false));
    api.get("/tables/users/records/1?ref=main~1").body("name", equalTo("Alice"));
  }

  @Test
  void aBranchIsWrittenComparedAndMerged() {
    String base = api.commit("main", "import");
    api.post("/branches", "{\"name\": \"feature/prefs\"}")
        .statusCode(201)
        .body("head_commit_id", equalTo(base))
        .body("is_protected", equalTo(false));
    api.get("/branches").body("current", equalTo("feature/prefs"));
    api.as("bob").get("/branches").body("current", equalTo("main"));

    api.post(
            "/tables/users/records?branch=feature%2Fprefs",
            """
            {"upsert": [{"id": 1, "email": "alice@company.com"}, {"id": 4, "name": "Dora"}],
             "delete": [{"id": 2}]}
            """)
        .statusCode(200)
        .body("inserted", equalTo(1))
        .body("updated", equalTo(1))
        .body("deleted", equalTo(1));
    String head = api.commit("feature/prefs", "prefs");

    api.get("/tables/users/records/1?ref=main").body("email", equalTo("alice@example.com"));
    api.get("/branches/compare?source=feature%2Fprefs&target=main")
        .body("ahead_count", equalTo(1))
        .body("behind_count", equalTo(0))
        .body("can_fast_forward", equalTo(true))
        .body("merge_base_id", equalTo(base));
    api.get("/branches/feature%2Fprefs")
        .body("ahead_count", equalTo(1))
        .body("commit_count", equalTo(2))
        .body("record_count", equalTo(3));
    api.get("/commits/diff?base=main&target=feature%2Fprefs")
        .body("base_commit_id", equalTo(base))
        .body("target_commit_id", equalTo(head))
        .body("tables_changed", equalTo(1))
        .body("total_inserts", equalTo(1))
        .body("total_updates", equalTo(1))
        .body("total_deletes", equalTo(1));
    api.get("/diff/users?base=main&target=feature%2Fprefs&type=delete")
        .body("changes.key.id", equalTo(List.of(2)));
    api.post("/branches/merge", "{\"source\": \"feature/prefs\", \"target\": \"main\"}")
        .statusCode(200)
        .body("is_fast_forward", equalTo(true))
        .body("has_conflicts", equalTo(false))
        .body("conflict_count", equalTo(0))
        .body("result_commit_id", equalTo(head));
    assertThat(count("SELECT count(*) FROM " + table + " WHERE name = 'Dora'")).isOne();
    api.delete("/branches/feature%2Fprefs")
        .statusCode(409)
        .body("error", equalTo("BranchInUseError"));
    api.post("/branches/main/checkout").body("status", equalTo("checked_out"));
    api.delete("/branches/feature%2Fprefs").statusCode(204);
  }

  @Test
  void conflictsAreListedDecidedAndTheMergeGoesOn() {
    conflictingBranches();
    api.post("/branches", "{\"name\": \"twin\", \"start_point\": \"other\", \"checkout\": false}");
    api.delete("/branches/other")
        .statusCode(409)
        .body("error", equalTo("BranchInUseError"))
        .body("details.descendants", equalTo(List.of("twin")));
    api.delete("/branches/twin").statusCode(204);

    api.post("/branches/merge", "{\"source\": \"other\", \"dry_run\": true}")
        .statusCode(200)
        .body("has_conflicts", equalTo(true))
        .body("conflict_tables", equalTo(List.of("users")));
    api.post("/branches/merge", "{\"source\": \"other\", \"fail_on_conflict\": true}")
        .statusCode(409);
    api.get("/status").body("merge", nullValue());
    api.post("/branches/merge", "{\"source\": \"other\"}")
        .statusCode(409)
        .body("error", equalTo("MergeConflictError"))
        .body("message", equalTo("Merge conflict in 1 table(s)"))
        .body("details.conflict_tables", equalTo(List.of("users")))
        .body("details.conflict_count", equalTo(2));
    api.delete("/branches/other").statusCode(409).body("details.merges", equalTo(List.of("main")));
    api.get("/status")
        .body("merge.source", equalTo("other"))
        .body("merge.conflicts", equalTo(2))
        .body("clean", equalTo(false));

    api.get("/conflicts")
        .body("total", equalTo(2))
        .body("unresolved", equalTo(2))
        .body("conflicts[0].table", equalTo("users"))
        .body("conflicts[0].key.id", equalTo(1))
        .body("conflicts[0].type", equalTo("modify_modify"))
        .body("conflicts[0].fields[0].name", equalTo("email"))
        .body("conflicts[0].fields[0].base", equalTo("alice@example.com"))
        .body("conflicts[0].fields[0].ours", equalTo("ours@x"))
        .body("conflicts[0].fields[0].theirs", equalTo("theirs@x"))
        .body("conflicts[0].resolved", equalTo(false))
        .body("conflicts[1].key.id", equalTo(2));
    String next = api.get("/conflicts?limit=1").extract().path("next");
    api.get("/conflicts?limit=1&after=" + next).body("conflicts.key.id", hasItem(2));

    api.post("/branches/merge/continue").statusCode(409);
    api.post(
            "/conflicts/resolve",
            """
            {"table": "users", "key": 1, "field": "email", "resolution": "value", "value": "both@x"}
            """)
        .statusCode(200)
        .body("resolved", equalTo(1))
        .body("remaining", equalTo(1));
    api.post(
            "/conflicts/resolve",
            "{\"table\": \"users\", \"key\": {\"id\": 2}, \"resolution\": \"theirs\"}")
        .body("remaining", equalTo(0));
    api.post("/branches/merge/continue", "{\"message\": \"both\"}")
        .statusCode(200)
        .body("message", equalTo("both"))
        .body("parent_count", equalTo(2));

    api.get("/tables/users/records/1?ref=main")
        .body("email", equalTo("both@x"))
        .body("name", equalTo("Alicia"));
    api.get("/tables/users/records/2?ref=main").statusCode(404);
    api.get("/status").body("clean", equalTo(true));
  }

  @Test
  void anAbortedMergeLeavesTheTargetAsItWas() {
    conflictingBranches();
    String hash = api.get("/snapshots?ref=main").extract().path("tables[0].content_hash");
    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);

    api.post("/branches/merge/abort").statusCode(200).body("status", equalTo("aborted"));

    api.get("/status").body("merge", nullValue());
    api.get("/snapshots?ref=main").body("tables[0].content_hash", equalTo(hash));
    api.post("/branches/merge/abort")
        .statusCode(409)
        .body("error", equalTo("NoMergeInProgressError"));
  }

  /** On main and on other, records 1 and 2 change against each other. */
  private void conflictingBranches() {
    api.commit("main", "import");
    api.post("/branches", "{\"name\": \"other\", \"checkout\": false}").statusCode(201);
    api.post(
        "/tables/users/records?branch=other",
        "{\"upsert\": [{\"id\": 1, \"email\": \"theirs@x\", \"name\": \"Alicia\"}], \"delete\": [{\"id\": 2}]}");
    api.commit("other", "theirs");
    api.post(
        "/tables/users/records?branch=main",
        "{\"upsert\": [{\"id\": 1, \"email\": \"ours@x\"}, {\"id\": 2, \"email\": \"bobby@x\"}]}");
    api.commit("main", "ours");
  }

  @Test
  void queriesReadAnyState() {
    String first = api.commit("main", "import");
    String position = String.valueOf(api.get("/snapshots").extract().<Integer>path("version"));
    api.post("/tables/users/records", "{\"delete\": [{\"id\": 3}]}");
    String count = "\"sql\": \"SELECT count(*) AS n FROM users\"";

    api.post("/query", "{" + count + "}")
        .statusCode(200)
        .body("columns[0].name", equalTo("n"))
        .body("columns[0].type", equalTo("bigint"))
        .body("rows", equalTo(List.of(List.of(3))))
        .body("truncated", equalTo(false));
    api.post("/query", "{" + count + ", \"working\": true}").body("rows[0][0]", equalTo(2));
    api.commit("main", "deleted");
    api.post("/query", "{" + count + ", \"ref\": \"" + first.substring(0, 12) + "\"}")
        .body("rows[0][0]", equalTo(3));
    api.post("/query", "{" + count + ", \"ref\": \"HEAD~1\"}").body("rows[0][0]", equalTo(3));
    api.post("/query", "{" + count + ", \"at_time\": \"2999-01-01T00:00:00Z\"}")
        .body("rows[0][0]", equalTo(2));
    api.post("/query", "{" + count + ", \"at_time\": \"1999-01-01T00:00:00Z\"}")
        .statusCode(404)
        .body("error", equalTo("CommitNotFoundError"));
    api.post(
            "/query",
            "{\"sql\": \"SELECT name, balance FROM users WHERE id = $1\", \"params\": [2], \"format\": \"csv\"}")
        .contentType("text/csv")
        .body(equalTo("name,balance\r\nBob,12345678901234567890.5000000000\r\n"));
    api.request()
        .accept("application/x-ndjson")
        .contentType(ContentType.JSON)
        .body("{\"sql\": \"SELECT id, id FROM users ORDER BY id\"}")
        .post("/query")
        .then()
        .body(equalTo("{\"id\":1,\"id_2\":1}\n{\"id\":2,\"id_2\":2}\n"));
    api.post("/query", "{\"sql\": \"SELECT * FROM users\", \"limit\": 1}")
        .body("rows", hasSize(1))
        .body("truncated", equalTo(true));
    api.get("/tables/users/records/3?version=" + position).body("name", equalTo("Charlie"));
    api.get("/snapshots?version=" + position).body("tables[0].rows", equalTo(3));
    api.get("/snapshots?version=1").statusCode(404);
  }

  @Test
  void differencesAsLines() {
    api.commit("main", "import");
    api.request()
        .contentType("application/x-ndjson")
        .body(
            """
            {"op": "upsert", "record": {"id": 1, "name": "Al, \\"x\\""}}
            {"op": "delete", "record": {"id": 2}}
            """
                .getBytes(StandardCharsets.UTF_8))
        .post("/tables/users/records")
        .then()
        .statusCode(200)
        .body("updated", equalTo(1))
        .body("deleted", equalTo(1));

    api.request()
        .accept("application/x-ndjson")
        .get("/diff/users?working=true")
        .then()
        .statusCode(200)
        .contentType("application/x-ndjson")
        .body(containsString("\"type\":\"update\""))
        .body(matchesPattern("(?s)\\{.*}\n\\{.*}\n"));
    api.request()
        .accept("text/csv")
        .get("/diff/users?working=true")
        .then()
        .statusCode(200)
        .body(containsString("update,1,\"Al, \"\"x\"\"\","));
    String next = api.get("/diff/users?working=true&limit=1").extract().path("next");
    api.get("/diff/users?working=true&limit=1&after=" + next)
        .body("changes.key.id", equalTo(List.of(2)))
        .body("next", nullValue());
  }

  @Test
  void theShapeOfATable() {
    api.commit("main", "import");

    api.get("/tables").body("tables.name", equalTo(List.of("users")));
    api.get("/tables/users?ref=main")
        .body("record_count", equalTo(3))
        .body("committed", equalTo(true))
        .body("primary_key", equalTo(List.of("id")))
        .body("location", containsString("/shop/public." + table))
        .body("schema.columns.name", hasItem("balance"));
    api.get("/tables/users/schema")
        .body("columns[3].type", equalTo("numeric(30,10)"))
        .body("columns[3].nullable", equalTo(true));
    api.get("/tables/users/schema?format=ddl")
        .contentType("text/plain")
        .body(containsString("CREATE TABLE public." + table));
    api.post("/tables/users/refresh").statusCode(200).body("name", equalTo("users"));
    DatabasesForTests.shop("ALTER TABLE " + table + " ADD COLUMN extra text");
    api.get("/tables/users/schema?live=true").body("columns.name", hasItem("extra"));
    api.post("/tables/users/refresh").statusCode(200);
    api.get("/status").body("unstaged[0].schema_changes", hasItem("+ column extra (text)"));
  }

  @Test
  void aTableBelongsToOneRepositoryUntilItIsRemoved() {
    api.commit("main", "import");
    Api other = Api.inNewRepository("other");
    String body =
        "{\"name\": \"theirs\", \"location\": \"%s\"}"
            .formatted(DatabasesForTests.location("public." + table));

    other
        .post("/tables", body)
        .statusCode(409)
        .body("error", equalTo("TableOwnedError"))
        .body("message", containsString(api.repository()));
    api.post("/tables", body.replace("theirs", "users"))
        .statusCode(409)
        .body("error", equalTo("TableAlreadyExistsError"));
    api.delete("/repositories/" + api.repository()).statusCode(422);
    api.delete("/tables/users").statusCode(204);
    other.post("/tables", body).statusCode(201);
    api.delete("/repositories/" + api.repository()).statusCode(204);
    api.get("/branches").statusCode(404).body("error", equalTo("RepositoryNotInitializedError"));
  }

  private static long count(String sql) {
    try (var connection = DatabasesForTests.connect(DatabasesForTests.SHOP);
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    } catch (java.sql.SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
