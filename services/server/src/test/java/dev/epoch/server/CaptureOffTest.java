package dev.epoch.server;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Tables that were written while their triggers were off. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class CaptureOffTest {

  @Test
  void aTableThatWasWrittenBesideTheCapture() {
    Api api = Api.inNewRepository("uncaptured");
    String table =
        api.register(
            "users",
            "CREATE TABLE %s (id integer PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO %s VALUES (1, 'Alice')");
    String first = api.commit("main", "import");
    // where Epoch's role may have event triggers, they switch the capture on again
    DatabasesForTests.shop(
        "SET event_triggers = off",
        "ALTER TABLE " + table + " DISABLE TRIGGER USER",
        "INSERT INTO " + table + " VALUES (2, 'Bob')",
        "ALTER TABLE " + table + " ENABLE TRIGGER USER");

    api.get("/status?branch=main")
        .body("clean", equalTo(false))
        .body("uncaptured[0].table", equalTo("users"))
        .body("uncaptured[0].problem", containsString("were switched off for a time"))
        .body("uncaptured[0].remedy", equalTo("epoch table rescan users"));
    api.get("/admin/capture")
        .statusCode(200)
        .body("uncaptured.repository", hasItem(api.repository()));
    api.post("/commits", "{\"branch\": \"main\", \"message\": \"no\"}")
        .statusCode(409)
        .body("error", equalTo("CaptureOffError"))
        .body("details.remedy", equalTo("epoch table rescan users"));

    api.post("/tables/users/rescan?branch=main")
        .statusCode(200)
        .body("inserted", equalTo(1))
        .body("updated", equalTo(0));

    api.get("/admin/capture").body("uncaptured.repository", not(hasItem(api.repository())));
    api.get("/status?branch=main").body("unstaged[0].inserted", equalTo(1));
    api.commit("main", "Bob");
    api.get("/tables/users/records/2?ref=" + first).statusCode(404);
    api.get("/tables/users/records/2?ref=main").body("name", equalTo("Bob"));
    api.post("/tables/none/rescan").statusCode(404);
  }
}
