package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Merges that constraints, triggers and references of the database have a say in. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class MergeConstraintsTest {
  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("constraints");
  }

  private void branch(String name) {
    api.post("/branches", "{\"name\": \"" + name + "\", \"checkout\": false}").statusCode(201);
  }

  private void write(String table, String branch, String body) {
    api.post("/tables/" + table + "/records?branch=" + branch, body).statusCode(200);
    api.commit(branch, "change");
  }

  /** Parents 1 to 3; children 10 of 1, 20 to 22 of 2. */
  private String family(String action) {
    String parent =
        api.register(
            "parent",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text)",
            "INSERT INTO %s VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    api.register(
        "child",
        "CREATE TABLE %s (id integer PRIMARY KEY, parent integer REFERENCES "
            + parent
            + " "
            + action
            + ")",
        "INSERT INTO %s VALUES (10, 1), (20, 2), (21, 2), (22, 2)");
    api.commit("main", "import");
    return parent;
  }

  @Test
  void childrenFollowTheirParentIntoMain() {
    family("ON DELETE CASCADE");
    branch("other");
    write("parent", "other", "{\"delete\": [{\"id\": 2}]}");
    write("parent", "main", "{\"upsert\": [{\"id\": 3, \"name\": \"cc\"}]}");

    api.post("/branches/merge", "{\"source\": \"other\"}")
        .statusCode(200)
        .body("has_conflicts", equalTo(false));

    api.get("/tables/child/records?working=true").body("records.id", equalTo(List.of(10)));
    api.get("/tables/parent/records").body("records.id", equalTo(List.of(1, 3)));
  }

  @Test
  void onABranchChildrenAreDeletedSetToNullOrMoved() {
    family("ON DELETE CASCADE");
    branch("ours");
    branch("theirs");
    write("parent", "theirs", "{\"delete\": [{\"id\": 2}]}");
    write("parent", "ours", "{\"upsert\": [{\"id\": 3, \"name\": \"cc\"}]}");

    api.post("/branches/merge", "{\"source\": \"theirs\", \"target\": \"ours\"}")
        .statusCode(409)
        .body("details.conflict_tables", equalTo(List.of("child")));
    api.get("/conflicts?branch=ours")
        .body("conflicts.key.id", equalTo(List.of(20, 21, 22)))
        .body("conflicts[0].type", equalTo("constraint_violation"));

    decide("ours", "\"table\": \"child\", \"key\": 20, \"resolution\": \"delete\"");
    decide(
        "ours",
        "\"table\": \"child\", \"key\": 21, \"field\": \"parent\", \"resolution\": \"value\","
            + " \"value\": null");
    decide(
        "ours",
        "\"table\": \"child\", \"key\": 22, \"resolution\": \"custom\", \"value\": {\"parent\":"
            + " 3}");
    api.post("/branches/merge/continue", "{\"branch\": \"ours\"}").statusCode(200);

    api.get("/tables/child/records?ref=ours")
        .body("records.id", equalTo(List.of(10, 21, 22)))
        .body("records[1].parent", nullValue())
        .body("records[2].parent", equalTo(3));
    api.get("/tables/parent/records?ref=ours").body("records.id", equalTo(List.of(1, 3)));
  }

  private void decide(String branch, String decision) {
    api.post("/conflicts/resolve", "{\"branch\": \"" + branch + "\", " + decision + "}")
        .statusCode(200)
        .body("resolved", equalTo(1));
  }

  @Test
  void aRowThatAnUnregisteredTableHoldsIsKept() {
    String parent =
        api.register(
            "parent",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text UNIQUE)",
            "INSERT INTO %s VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    DatabasesForTests.shop(
        "CREATE TABLE of_%1$s (parent text REFERENCES %1$s (name))".formatted(parent));
    DatabasesForTests.shop("INSERT INTO of_%s VALUES ('b')".formatted(parent));
    api.commit("main", "import");
    branch("other");
    write("parent", "other", "{\"delete\": [{\"id\": 2}, {\"id\": 3}]}");

    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);
    api.get("/conflicts")
        .body("conflicts", hasSize(1))
        .body("conflicts[0].table", equalTo("parent"))
        .body("conflicts[0].key.id", equalTo(2))
        .body("conflicts[0].constraint", containsString("_parent_fkey"));
    decide("main", "\"resolution\": \"ours\"");
    api.post("/branches/merge/continue").statusCode(200);

    api.get("/tables/parent/records").body("records.id", equalTo(List.of(1, 2)));
  }

  @Test
  void rowsOfATableThatOnlyTheTargetHasAreDecidedToo() {
    String parent =
        api.register(
            "parent", "CREATE TABLE %s (id integer PRIMARY KEY)", "INSERT INTO %s VALUES (1), (2)");
    api.commit("main", "import");
    branch("other");
    write("parent", "other", "{\"delete\": [{\"id\": 2}]}");
    api.register(
        "child",
        "CREATE TABLE %s (id integer PRIMARY KEY, parent integer REFERENCES " + parent + ")",
        "INSERT INTO %s VALUES (10, 1), (20, 2)");
    api.commit("main", "children");

    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);
    // what breaks the constraint again is asked again
    decide("main", "\"table\": \"child\", \"resolution\": \"ours\"");
    api.post("/branches/merge/continue").statusCode(409);
    api.get("/conflicts")
        .body("conflicts", hasSize(1))
        .body("unresolved", equalTo(1))
        .body("conflicts[0].resolved", equalTo(false));
    decide("main", "\"table\": \"child\", \"resolution\": \"delete\"");
    api.post("/branches/merge/continue").statusCode(200);

    api.get("/tables/child/records").body("records.id", equalTo(List.of(10)));
    api.get("/tables/parent/records").body("records.id", equalTo(List.of(1)));
  }

  @Test
  void whatATriggerRefusesIsSaid() {
    String table =
        api.register(
            "item",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text)",
            "INSERT INTO %s VALUES (1, 'a'), (2, 'b')",
            """
            CREATE FUNCTION %1$s_check() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF (SELECT count(*) FROM %1$s) > 2 THEN
                RAISE EXCEPTION 'three are too many' USING HINT = 'Delete one first', ERRCODE = 'SH001';
              END IF;
              RETURN NULL;
            END $$
            """,
            "CREATE TRIGGER checked AFTER INSERT ON %1$s EXECUTE FUNCTION %1$s_check()");
    api.commit("main", "import");
    branch("other");
    write("item", "other", "{\"upsert\": [{\"id\": 3, \"name\": \"c\"}]}");

    api.post("/branches/merge", "{\"source\": \"other\"}")
        .statusCode(422)
        .body("error", equalTo("WriteRefusedError"))
        .body("message", containsString("three are too many"))
        .body("message", containsString(table + "_check()"))
        .body("details.remedy", equalTo("Delete one first"));
    api.post("/tables/item/records", "{\"upsert\": [{\"id\": 4}]}")
        .statusCode(422)
        .body("error", equalTo("WriteRefusedError"))
        .body("message", containsString("three are too many"));

    // nothing is left, and the function's advice helps
    api.get("/status").body("merge", nullValue()).body("clean", equalTo(true));
    write("item", "main", "{\"delete\": [{\"id\": 2}]}");
    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(200);
    api.get("/tables/item/records").body("records.id", equalTo(List.of(1, 3)));
  }

  @Test
  void aRowWithoutPartitionIsAConflict() {
    api.register(
        "sale",
        "CREATE TABLE %s (id integer, region text, PRIMARY KEY (id, region)) PARTITION BY LIST"
            + " (region)",
        "CREATE TABLE %1$s_north PARTITION OF %1$s FOR VALUES IN ('north')",
        "INSERT INTO %s VALUES (1, 'north')");
    api.commit("main", "import");
    branch("other");
    write(
        "sale",
        "other",
        "{\"upsert\": [{\"id\": 2, \"region\": \"north\"}, {\"id\": 2, \"region\": \"east\"}]}");

    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);
    String constraint =
        api.get("/conflicts")
            .body("conflicts", hasSize(1))
            .body("conflicts[0].key.region", equalTo("east"))
            .extract()
            .path("conflicts[0].constraint");
    assertThat(constraint).startsWith("partition of sale_");
    decide("main", "\"table\": \"sale\", \"resolution\": \"delete\"");
    api.post("/branches/merge/continue").statusCode(200);

    api.get("/tables/sale/records").body("records", hasSize(2));
    api.get("/conflicts").body("conflicts", empty());
  }

  @Test
  void oneFieldOfTwoIsDecided() {
    api.register(
        "item",
        "CREATE TABLE %s (id integer PRIMARY KEY, name text, note text)",
        "INSERT INTO %s VALUES (1, 'a', 'a')");
    api.commit("main", "import");
    branch("other");
    write("item", "other", "{\"upsert\": [{\"id\": 1, \"name\": \"t\", \"note\": \"t\"}]}");
    write("item", "main", "{\"upsert\": [{\"id\": 1, \"name\": \"o\", \"note\": \"o\"}]}");
    api.post("/branches/merge", "{\"source\": \"other\"}").statusCode(409);

    String first =
        "{\"table\": \"item\", \"key\": 1, \"field\": \"name\", \"resolution\": \"theirs\"}";
    for (int time = 0; time < 2; time++) {
      api.request()
          .header("Idempotency-Key", "first")
          .contentType("application/json")
          .body(first)
          .post("/conflicts/resolve")
          .then()
          .statusCode(200)
          .body("resolved", equalTo(0))
          .body("decided", equalTo(1))
          .body("remaining", equalTo(1));
    }
    api.post(
            "/conflicts/resolve",
            "{\"table\": \"item\", \"key\": 1, \"field\": \"note\", \"resolution\": \"value\","
                + " \"value\": null}")
        .body("resolved", equalTo(1))
        .body("decided", equalTo(1))
        .body("remaining", equalTo(0));
    api.post("/branches/merge/continue").statusCode(200);
    api.get("/tables/item/records/1").body("name", equalTo("t")).body("note", nullValue());
  }
}
