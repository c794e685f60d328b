package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over REST: a table of a repository is a class of its catalog, and is configured. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class CatalogTableTest {
  private Api api;
  private String shop;
  private String table;
  private String first;

  @BeforeEach
  void aTableAndACatalogOfOneRepository() {
    api = Api.inNewRepository("chairs");
    shop = "/databases/" + api.repository();
    table =
        api.register(
            "legs",
            "CREATE TABLE %s (id text PRIMARY KEY, price numeric(10,2) NOT NULL, tags text[])",
            "INSERT INTO %s VALUES ('oak', 12.50, '{hard,brown}'), ('two words', 3, NULL)");
    first = api.commit("main", "first");
    post("/databases", "{\"id\": \"%s\", \"name\": \"Chairs\"}".formatted(api.repository()), 201);
  }

  private ValidatableResponse post(String path, String body, int status) {
    return RestAssured.given()
        .contentType("application/json")
        .body(body)
        .post(path)
        .then()
        .statusCode(status);
  }

  private ValidatableResponse get(String path) {
    return RestAssured.given().get(path).then().statusCode(200);
  }

  private ValidatableResponse fromTable(String body, int status) {
    return post(shop + "/schema/classes/from-table", body, status);
  }

  @Test
  void rowsAtARefAreStagedAndSolved() {
    // given
    DatabasesForTests.shop("UPDATE %1$s SET price = 1 WHERE id = 'oak'".formatted(table));
    api.commit("main", "cheaper");

    // when
    fromTable("{\"table\": \"legs\", \"ref\": \"" + first + "\"}", 201)
        .body("class.id", equalTo("class-legs"))
        .body("class.properties.data_type", equalTo(List.of("String", "Number", "StringList")))
        .body("class.properties.required", equalTo(List.of(true, true, false)))
        .body("instances_count", equalTo(2))
        .body("lost_columns", hasSize(0));

    // then
    get(shop + "/instances/legs-oak").body("properties.price", equalTo(12.5f));
    get(shop + "/instances/legs-two~20words").body("properties.price", equalTo(3.0f));
    get(shop + "/validate").body("valid", equalTo(true));
    get(shop + "/working-commit").body("changes", hasSize(3));

    // when it is configured
    post(
        shop + "/schema/classes",
        """
        {"name": "Chair", "properties": [], "derived": [], "relationships": [
          {"id": "legs", "name": "legs", "targets": ["class-legs"], "quantifier": {"Exactly": 1},
           "default_pool": "All"}]}
        """,
        201);
    post(shop + "/instances", "{\"id\": \"chair\", \"class\": \"class-chair\"}", 201);
    post(shop + "/working-commit/commit", "{\"message\": \"Legs\"}", 200);

    // then the cheaper one of the first commit is chosen
    get(shop + "/instances/chair/query?price=-1")
        .body("configuration.resolved_domains.'legs-two~20words'.lower", equalTo(1))
        .body("configuration.resolved_domains.'legs-oak'.lower", equalTo(0));

    // when the newest rows are taken
    DatabasesForTests.shop("DELETE FROM %s WHERE id = 'two words'".formatted(table));
    api.commit("main", "one goes");
    fromTable("{\"table\": \"legs\", \"ref\": \"main\"}", 201).body("instances_count", equalTo(1));

    // then
    get(shop + "/working-commit")
        .body(
            "changes.findAll { it.type == 'instance' }.change.sort()",
            equalTo(List.of("deleted", "modified")));
    get(shop + "/instances/legs-oak").body("properties.price", equalTo(1.0f));
  }

  @Test
  void aTableOfAnotherRepositoryGetsTheNameThatIsGiven() {
    // given
    String other = api.repository() + "-catalog";
    post("/databases", "{\"id\": \"%s\", \"name\": \"Other\"}".formatted(other), 201);

    // when
    post(
            "/databases/" + other + "/branches/main/working-commit/schema/classes/from-table",
            "{\"table\": \"legs\", \"repository\": \"%s\", \"ref\": \"main\", \"name\": \"Leg\"}"
                .formatted(api.repository()),
            201)
        .body("class.id", equalTo("class-leg"));

    // then
    get("/databases/" + other + "/instances?class=Leg").body("", hasSize(2));
    get(shop + "/instances").body("", hasSize(0));
  }

  @Test
  void whatIsNotThereIsToldInTheCatalogsWay() {
    fromTable("{\"table\": \"arms\", \"ref\": \"main\"}", 404)
        .body("error", containsString("Table 'arms' is not in main"));
    fromTable("{\"table\": \"legs\", \"ref\": \"nowhere\"}", 404)
        .body("error", containsString("nowhere"));
    fromTable("{\"table\": \"legs\", \"repository\": \"no-such\"}", 404)
        .body("error", containsString("no-such"));
    fromTable("{\"ref\": \"main\"}", 400).body("error", containsString("body.table is missing"));
    fromTable("{\"table\": \"legs\", \"at\": \"main\"}", 400)
        .body("error", containsString("has no field 'at'"));
    post("/databases/no-such/schema/classes/from-table", "{\"table\": \"legs\"}", 404)
        .body("error", containsString("Database 'no-such' not found"));
  }
}
