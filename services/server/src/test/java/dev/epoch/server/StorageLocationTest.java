package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Locations that name a storage of the repository where others name a host. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class StorageLocationTest {

  @Test
  void aLocationMayNameAStorage() {
    Api api = Api.inNewRepository("located");
    String table = "located_" + api.repository().replaceAll("\\W", "_");
    DatabasesForTests.shop(
        "CREATE TABLE " + table + " (id int PRIMARY KEY)", "INSERT INTO " + table + " VALUES (1)");
    api.post(
            "/storage",
            "{\"name\": \"mydb\", \"backend\": \"postgresql\", \"config\": {\"url\": \"%s\"}}"
                .formatted(DatabasesForTests.location("").replaceFirst("/$", "")))
        .statusCode(201);

    register(api, "other", "postgresql://nowhere/public." + table)
        .statusCode(422)
        .body("message", containsString("no storage 'nowhere'"));
    register(api, "users", "postgresql://mydb/public." + table)
        .statusCode(201)
        .body("storage", equalTo("mydb"))
        .body("record_count", equalTo(1));
    api.delete("/tables/users").statusCode(204);
    register(api, "users", "postgresql://mydb/" + table)
        .statusCode(201)
        .body("storage", equalTo("mydb"));
    api.delete("/tables/users").statusCode(204);
    DatabasesForTests.shop("DROP TABLE " + table);
  }

  private static Answer register(Api api, String name, String location) {
    return api.post(
        "/tables", "{\"name\": \"%s\", \"location\": \"%s\"}".formatted(name, location));
  }
}
