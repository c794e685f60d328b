package dev.epoch.server;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DDL over REST. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class SchemaExecTest {
  private Api api;
  private String table;

  @BeforeEach
  void aTable() {
    api = Api.inNewRepository("ddl");
    table =
        api.register(
            "users",
            "CREATE TABLE %s (id int PRIMARY KEY, email text NOT NULL, old text)",
            "INSERT INTO %s VALUES (1, 'a@b', 'x')");
    api.commit("main", "first");
    api.post("/tags", "{\"name\": \"v1\"}").statusCode(201);
  }

  private String body(String sql, String more) {
    return "{\"sql\": \"" + sql.formatted(table) + "\"" + more + "}";
  }

  @Test
  void triesStatementsWithoutChangingAnything() {
    api.post("/schema/exec", body("ALTER TABLE %s ADD phone text", ", \"dry_run\": true"))
        .statusCode(200)
        .body("operation_id", nullValue())
        .body("state", equalTo("pending"))
        .body("statements.state", contains("pending"))
        .body("tables", contains(table))
        .body("impact.table", contains("users"))
        .body("schema_hash", matchesRegex("[0-9a-f]{64}"));
    api.post("/schema/exec", body("ALTER TABLE %s DROP nothing", ", \"dry_run\": true"))
        .statusCode(200)
        .body("state", equalTo("failed"))
        .body("statements[0].error", containsString("nothing"))
        .body("warnings.operation", contains("DROP COLUMN"));
    api.get("/schema/diff?base=main&live=true").body("changes", hasSize(0));
  }

  @Test
  void keepsWhatADroppedColumnHad() {
    // given
    api.post("/schema/exec", body("ALTER TABLE %s DROP old", ""))
        .statusCode(422)
        .body("message", containsString("DROP COLUMN: " + table + ".old"))
        .body("details.remedy", containsString("--force"));

    // when
    api.post("/schema/exec", body("ALTER TABLE %s DROP old", ", \"force\": true"))
        .statusCode(200)
        .body("state", equalTo("done"))
        .body("tables", contains(table))
        .body("warnings.object", hasItem(table + ".old"));
    api.commit("main", "dropped");

    // then
    api.get("/tables/users/records?ref=v1").body("records[0].old", equalTo("x"));
    api.get("/tables/users/records?ref=main").body("records[0].old", nullValue());
  }

  @Test
  void refusesWhatIsNoChangeOfASchema() {
    api.post("/schema/exec", body("DELETE FROM %s", "")).statusCode(422);
    api.post("/schema/exec", "{\"sql\": \"\"}").statusCode(422);
    api.post("/schema/exec", body("DROP TABLE epoch.tables", ", \"force\": true"))
        .statusCode(422)
        .body("message", containsString("Epoch's own"));
    api.post("/schema/exec", body("ALTER TABLE %s ADD a int", ", \"branch\": \"nowhere\""))
        .statusCode(404);
    api.post("/schema/exec", body("ALTER TABLE %s ADD a int", ", \"storage\": \"nowhere\""))
        .statusCode(422);
  }

  @Test
  void copiesASchemaInTheOrderOfDependency() {
    // given
    String from = table + "_s";
    DatabasesForTests.shop("CREATE SCHEMA " + from);
    DatabasesForTests.shop("CREATE TYPE %s.mood AS ENUM ('a', 'b')".formatted(from));
    DatabasesForTests.shop(
        "CREATE TABLE %s.z (id serial PRIMARY KEY, m %1$s.mood)".formatted(from));
    DatabasesForTests.shop("CREATE TABLE %s.a (z int REFERENCES %1$s.z)".formatted(from));
    DatabasesForTests.shop(
        "CREATE VIEW %s.a_view AS SELECT m FROM %1$s.a JOIN %1$s.z ON z = id".formatted(from));
    DatabasesForTests.shop("INSERT INTO %s.z (m) VALUES ('a')".formatted(from));
    String wish = "{\"schema\": \"%s\", \"into\": \"%s_copy\"%s}";
    api.post("/schema/clone", wish.formatted(from, from, ", \"dry_run\": true"))
        .statusCode(200)
        .body("state", equalTo("pending"));

    // when
    api.post("/schema/clone", wish.formatted(from, from, ""))
        .statusCode(200)
        .body("state", equalTo("done"));

    // then
    DatabasesForTests.shop(
        "INSERT INTO %1$s_copy.z (m) VALUES ('b'); INSERT INTO %1$s_copy.a VALUES (1); DO $$ BEGIN ASSERT (SELECT m = 'b' FROM %1$s_copy.a_view); END $$"
            .formatted(from));
    api.post("/schema/clone", wish.formatted(from, from, "")).statusCode(422);
    api.post("/schema/clone", wish.formatted("nobody", "other", "")).statusCode(422);
    api.post("/schema/clone", wish.formatted(from, "epoch_x", "")).statusCode(422);
  }

  @Test
  void countsTheRowsThatAChangeIsAbout() {
    // given
    api.post("/schema/exec", body("ALTER TABLE %s ADD CONSTRAINT chk CHECK (id > 0)", ""))
        .statusCode(200);
    api.commit("main", "with a check");
    DatabasesForTests.shop(("ALTER TABLE %s DROP CONSTRAINT chk").formatted(table));
    DatabasesForTests.shop("INSERT INTO %s VALUES (-1, 'd', NULL)".formatted(table));

    // when, then
    api.get("/schema/diff?base=v1&target=main&check_data_impact=true&analyze_impact=true")
        .statusCode(200)
        .body("data_impact.find { it.object == 'chk' }.rows", equalTo(1))
        .body("data_impact.find { it.object == 'chk' }.loses", equalTo(false))
        .body("impact[0].sql", containsString("ADD CONSTRAINT chk"))
        .body("sizes.table", contains("users"));
    api.get("/schema/diff?base=v1&target=main&check_data_impact=true&format=ddl").statusCode(422);
  }

  @Test
  void buildsAnIndexAnew() {
    String wish = "{\"table\": \"users\", \"reindex\": \"%s\", \"online\": %s, \"dry_run\": %s}";
    for (String online : java.util.List.of("true", "false")) {
      api.post("/schema/apply", wish.formatted(table + "_pkey", online, "false"))
          .statusCode(200)
          .body("state", equalTo("done"));
    }
    api.post("/schema/apply", wish.formatted(table + "_pkey", "true", "true"))
        .body("statements[0].sql", containsString("REINDEX INDEX CONCURRENTLY"));
    api.post("/schema/apply", wish.formatted("nothing", "false", "false")).statusCode(422);
    api.post("/schema/apply", "{\"table\": \"users\"}").statusCode(422);
  }

  @Test
  void aSchemaOnlyBranchAnswersWithoutRows() throws Exception {
    // given
    String created =
        api.post("/branches", "{\"name\": \"s\", \"start_point\": \"main\", \"schema_only\": true}")
            .statusCode(201)
            .body("schema_only", equalTo(true))
            .extract()
            .path("head_commit_id");
    api.post("/branches", "{\"name\": \"t\", \"start_point\": \"s\"}")
        .body("schema_only", equalTo(true));
    api.post("/branches", "{\"name\": \"u\", \"start_point\": \"%s\"}".formatted(created))
        .body("schema_only", equalTo(false));
    api.get("/branches/s").body("schema_only", equalTo(true));
    api.get("/branches").body("branches.findAll { it.schema_only }.name", contains("s", "t"));

    // when, then
    String record = "{\"upsert\": [{\"id\": 2, \"email\": \"c@d\"}]}";
    String query = "{\"sql\": \"SELECT 1 FROM users\"%s}";
    for (Answer refused :
        List.of(
            api.get("/tables/users/records?ref=s"),
            api.get("/tables/users/records?ref=s&working=true"),
            api.get("/tables/users/records/1?ref=s"),
            api.get("/export/users?ref=s"),
            api.get("/diff/users?base=main&target=s"),
            api.get("/diff/users?base=s&target=main"),
            api.get("/diff/users?target=s&working=true"),
            api.post("/tables/users/records?branch=s", record),
            api.post("/query", query.formatted(", \"branch\": \"s\"")),
            api.post("/query", query.formatted(", \"ref\": \"s\", \"working\": true")),
            api.post("/query", query.formatted(", \"branches\": [\"main\", \"s\"]")),
            api.post("/branches/s/reset", "{\"target\": \"v1\", \"mode\": \"soft\"}"),
            api.delete("/branches/s/open"),
            api.post("/branches/s/materialize"))) {
      refused.statusCode(409).body("error", equalTo("SchemaOnlyBranchError"));
    }
    api.post("/query", query.formatted(", \"ref\": \"%s\"".formatted(created))).statusCode(200);
    api.post("/query", query.formatted("")).statusCode(200);

    // when it is migrated
    api.post("/schema/exec", body("ALTER TABLE %s ADD phone text", ", \"branch\": \"s\""))
        .statusCode(200);
    api.get("/status?branch=s").body("clean", equalTo(false));
    api.commit("s", "phone");
    api.post("/tables/users/records?branch=main", "{\"upsert\": [{\"id\": 2, \"email\": \"c@d\"}]}")
        .statusCode(200);
    api.commit("main", "rows");
    for (String range : List.of("base=main&target=s", "base=s&target=main")) {
      api.get("/commits/diff?" + range)
          .body("schema_only", equalTo("s"))
          .body("tables.table", contains("users"))
          .body("tables.schema_changed", contains(true))
          .body("total_inserts", equalTo(0));
    }
    api.get("/commits/diff?base=%s&target=main".formatted(created))
        .body("total_inserts", equalTo(1))
        .body("$", not(hasKey("schema_only")));
    api.post("/branches/merge", "{\"source\": \"s\", \"target\": \"main\"}").statusCode(200);

    // then
    api.get("/tables/users/records?ref=main")
        .body("records.email", contains("a@b", "c@d"))
        .body("records[0]", hasKey("phone"));
  }
}
