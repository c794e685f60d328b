package dev.epoch.server;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that need encoding reach every path as they are. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class BranchNamesTest {
  private static Api api;

  @BeforeEach
  void oneRepositoryForAll() {
    if (api == null) {
      api = Api.inNewRepository("names");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "feature/x",
        "a/b/c/d",
        "bénü/日本",
        "a%b",
        "100%25",
        "%2F",
        "q'uo\"te",
        "semi;colon=1",
        "plus+x",
        "a&b=c",
        "merge",
        "main2",
        "x/checkout",
        "hash#tag",
        "ünï-🌱"
      })
  void goThroughEveryPath(String name) {
    String path = "/branches/" + Api.encoded(name);
    String json = name.replace("\"", "\\\"");

    api.post("/branches", "{\"name\": \"" + json + "\", \"checkout\": false}")
        .statusCode(201)
        .body("name", equalTo(name));
    api.get(path).statusCode(200).body("name", equalTo(name));
    api.get("/status?branch=" + Api.encoded(name)).body("branch", equalTo(name));
    api.get("/commits?ref=" + Api.encoded(name)).statusCode(200).body("total", equalTo(0));
    api.post(path + "/checkout").statusCode(200).body("branch", equalTo(name));
    api.get("/branches").body("current", equalTo(name)).body("branches.name", hasItem(name));
    api.post("/branches/main/checkout").statusCode(200);
    api.patch(path, "{\"name\": \"renamed\"}").statusCode(200).body("name", equalTo("renamed"));
    api.get(path).statusCode(404).body("details.branch", equalTo(name));
    api.patch("/branches/renamed", "{\"protection\": {\"require_review\": 1}}").statusCode(422);
    api.delete("/branches/renamed").statusCode(204);
  }
}
