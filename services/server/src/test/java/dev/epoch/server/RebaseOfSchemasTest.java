package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each commit of a rebase has the columns that it had, also where a later one takes them back. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class RebaseOfSchemasTest {

  @ParameterizedTest
  @CsvSource({
    "ALTER TABLE %s RENAME COLUMN c TO c_1, c_1",
    "ALTER TABLE %s ADD COLUMN d text DEFAULT 'x', d",
    "ALTER TABLE %s ALTER COLUMN n TYPE bigint, n"
  })
  void ofAChangeAndItsRevert(String change, String column) {
    // given
    Api api = Api.inNewRepository("rebase");
    String items =
        api.register(
            "items",
            "CREATE TABLE %s (id integer PRIMARY KEY, n integer, c text)",
            "INSERT INTO %s VALUES (1, 1, 'c'), (2, 2, 'c')");
    String others = api.register("others", "CREATE TABLE %s (id integer PRIMARY KEY, a text)");
    api.commit("main", "first");
    String storage = api.get("/tables/items").extract().path("storage");
    api.post("/branches", "{\"name\": \"x\"}").statusCode(201);
    api.post(
            "/schema/exec",
            "{\"sql\": \"%s\", \"branch\": \"x\", \"storage\": \"%s\", \"force\": true}"
                .formatted(change.formatted(items), storage))
        .statusCode(200);
    api.post(
            "/tables/items/records?branch=x",
            "{\"upsert\": [{\"id\": 3, \"n\": 3}], \"delete\": [{\"id\": 2}]}")
        .statusCode(200);
    String changed = api.commit("x", "changed");
    String schema = api.get("/tables/items/schema?ref=x").extract().path("schema_hash");
    api.post("/tables/others/records?branch=x", "{\"upsert\": [{\"id\": 3, \"a\": \"n\"}]}")
        .statusCode(200);
    api.commit("x", "between");
    api.post("/branches/x/revert", "{\"commit\": \"" + changed + "\"}").statusCode(200);
    DatabasesForTests.shop("INSERT INTO %s VALUES (9, 'z')".formatted(others));
    api.commit("main", "moved");

    // when
    api.post("/branches/x/rebase", "{\"onto\": \"main\"}").statusCode(200);

    // then
    for (String ref : new String[] {"x~2", "x~1"}) {
      assertThat(api.get("/tables/items/schema?ref=" + ref).extract().<String>path("schema_hash"))
          .as(ref)
          .isEqualTo(schema);
      api.get("/tables/items/schema?ref=" + ref).body("columns.name", hasItem(column));
      api.get("/tables/items/records?ref=" + ref).body("records.id", hasItems(1, 3));
    }
    api.get("/tables/items/records?ref=x")
        .body("records.id", hasItems(1, 2))
        .body("records.id", not(hasItem(3)));
    api.get("/tables/others/records?ref=x~2").body("records.id", hasItem(9));
  }
}
