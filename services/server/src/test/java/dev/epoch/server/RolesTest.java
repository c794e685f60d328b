package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What roles give, and that there is no way round them. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class RolesTest {
  private static final String V1 = "/api/v1";

  private final Map<String, String> keys = new HashMap<>();
  private Api api;

  @BeforeEach
  void aRepositoryWithTablesAndBranches() {
    api = Api.inNewRepository("roles");
    api.register("orders", "CREATE TABLE %s (id integer PRIMARY KEY, n integer)");
    api.register("users", "CREATE TABLE %s (id integer PRIMARY KEY, n integer)");
    api.commit("main", "first");
    api.post("/branches", "{\"name\": \"feature/x\"}").statusCode(201);
    api.post("/branches", "{\"name\": \"other\"}").statusCode(201);
    keys.put("root", key("root"));
    for (String name : List.of("ann", "bob", "eve")) {
      keys.put(name, key(name));
    }
  }

  @AfterEach
  void withoutKeys() {
    for (String table : List.of("orders", "users")) {
      as("root")
          .queryParam("repository", api.repository())
          .queryParam("force", "true")
          .delete(V1 + "/tables/" + table)
          .then()
          .statusCode(204);
    }
    as("root").delete(V1 + "/repositories/" + api.repository()).then().statusCode(204);
    for (String name : List.of("ann", "bob", "eve", "root")) {
      as("root").delete(V1 + "/auth/keys/" + name).then().statusCode(204);
    }
  }

  private String key(String name) {
    RequestSpecification request = keys.isEmpty() ? RestAssured.given() : as("root");
    return request
        .contentType(ContentType.JSON)
        .body("{\"name\": \"" + name + "\"}")
        .post(V1 + "/auth/keys")
        .then()
        .statusCode(201)
        .extract()
        .path("key");
  }

  private RequestSpecification as(String name) {
    return RestAssured.given()
        .urlEncodingEnabled(false)
        .header("Authorization", "Bearer " + keys.get(name));
  }

  private ValidatableResponse post(String who, String path, String body) {
    return as(who)
        .queryParam("repository", api.repository())
        .contentType(ContentType.JSON)
        .body(body)
        .post(V1 + path)
        .then();
  }

  private ValidatableResponse get(String who, String path) {
    return as(who).queryParam("repository", api.repository()).get(V1 + path).then();
  }

  private void grant(String role, String body) {
    post("root", "/roles/" + role + "/grants", body).statusCode(201);
  }

  private static void denied(ValidatableResponse answer) {
    answer.statusCode(403).body("error", equalTo("PermissionDeniedError"));
  }

  @Test
  void beforeTheFirstGrantEveryKeyMayEverythingButBeginRoles() {
    post("ann", "/branches", "{\"name\": \"made\"}").statusCode(201);
    post("ann", "/roles", "{\"name\": \"loader\", \"verbs\": [\"read\"]}").statusCode(201);
    denied(post("ann", "/roles/admin/grants", "{\"subject\": \"user:ann\"}"));
    get("ann", "/roles").body("in_force", equalTo(false));
  }

  @Test
  void aViewerSeesAndChangesNothing() {
    grant("viewer", "{\"subject\": \"user:ann\"}");

    for (String path :
        List.of(
            "/branches", "/commits", "/tables", "/tables/orders/records", "/events", "/roles")) {
      get("ann", path).statusCode(200);
      denied(get("eve", path));
    }
    post("ann", "/query", "{\"sql\": \"SELECT 1 AS one\"}").statusCode(200);
    denied(post("eve", "/query", "{\"sql\": \"SELECT 1 AS one\"}"));
    get("ann", "/auth/whoami").body("administrator", equalTo(false));
    denied(post("ann", "/branches", "{\"name\": \"b\"}"));
    denied(post("ann", "/commits", "{\"message\": \"m\"}"));
    denied(post("ann", "/tables/orders/records?branch=other", "{\"upsert\": [{\"id\": 1}]}"));
    denied(post("ann", "/schema/exec", "{\"branch\": \"other\", \"sql\": \"SELECT 1\"}"));
    denied(post("ann", "/checks", "{\"name\": \"c\", \"sql\": \"SELECT 1\"}"));
    denied(post("ann", "/roles/admin/grants", "{\"subject\": \"user:ann\"}"));
    denied(
        as("ann")
            .contentType(ContentType.JSON)
            .body("{\"description\": \"mine\"}")
            .patch(V1 + "/repositories/" + api.repository())
            .then());
    denied(as("ann").delete(V1 + "/repositories/" + api.repository()).then());
    // nor do they hear of repositories that are not theirs
    as("ann").get(V1 + "/repositories").then().body("repositories.name", hasItem(api.repository()));
    as("eve")
        .get(V1 + "/repositories")
        .then()
        .body("repositories.name", not(hasItem(api.repository())));
    denied(as("eve").get(V1 + "/repositories/" + api.repository()).then());
    // nor make themselves anybody else
    denied(post("ann", "/auth/keys", "{\"name\": \"zoe\"}"));
    denied(as("ann").delete(V1 + "/auth/keys/bob").then());
    denied(as("ann").header("X-Epoch-Request", "1").post(V1 + "/auth/keys/root/rotate").then());
    denied(as("ann").header("X-User-Id", "root").delete(V1 + "/auth/keys/bob").then());
    denied(as("ann").get(V1 + "/admin/keys").then());
  }

  @Test
  void aGrantIsForItsBranchesInEveryVerb() {
    grant("writer", "{\"subject\": \"user:ann\", \"branches\": [\"feature/*\"]}");

    String row = "{\"upsert\": [{\"id\": 1, \"n\": 1}]}";
    denied(post("ann", "/tables/orders/records?branch=other", row));
    denied(post("ann", "/tables/orders/records?branch=main", row));
    post("ann", "/tables/orders/records?branch=feature/x", row).statusCode(200);
    post("ann", "/commits", "{\"message\": \"m\", \"branch\": \"feature/x\"}").statusCode(201);
    denied(post("ann", "/branches/merge", merge("feature/x", "main")));
    denied(post("ann", "/merge-requests", "{\"source\": \"feature/x\", \"target\": \"main\"}"));
    denied(post("ann", "/branches/other/reset", "{\"target\": \"main\", \"mode\": \"hard\"}"));
    denied(post("ann", "/branches/other/revert", "{\"commit\": \"main\"}"));
    denied(post("ann", "/branches", "{\"name\": \"elsewhere\"}"));
    post("ann", "/branches", "{\"name\": \"feature/y\"}").statusCode(201);
    denied(post("ann", "/tags", "{\"name\": \"v1\", \"target\": \"main\"}"));
    denied(
        as("ann").queryParam("repository", api.repository()).delete(V1 + "/branches/other").then());
    // the branch that one may write to is not renamed into another
    denied(
        as("ann")
            .queryParam("repository", api.repository())
            .contentType(ContentType.JSON)
            .body("{\"name\": \"free\"}")
            .patch(V1 + "/branches/feature%2Fy")
            .then());
    denied(
        post(
            "ann",
            "/schema/exec",
            "{\"branch\": \"other\", \"sql\": \"ALTER TABLE orders ADD m int\"}"));
    denied(post("ann", "/schema/exec", "{\"sql\": \"ALTER TABLE orders ADD m int\"}"));
    post("ann", "/branches/merge", merge("main", "feature/x")).statusCode(200);
    post("root", "/branches/merge", merge("feature/x", "main")).statusCode(200);
  }

  private static String merge(String source, String target) {
    return "{\"source\": \"%s\", \"target\": \"%s\"}".formatted(source, target);
  }

  /** Also for what others have written there, and what a merge or a revert brings. */
  @Test
  void aGrantIsForItsTablesInEveryVerb() {
    grant("writer", "{\"subject\": \"user:ann\", \"tables\": [\"orders\"]}");

    String row = "{\"upsert\": [{\"id\": 1, \"n\": 1}]}";
    denied(post("ann", "/tables/users/records?branch=feature/x", row));
    post("ann", "/tables/orders/records?branch=feature/x", row).statusCode(200);
    post("ann", "/commits", "{\"message\": \"orders\", \"branch\": \"feature/x\"}").statusCode(201);
    post("ann", "/branches/merge", merge("feature/x", "other")).statusCode(200);
    post("root", "/tables/users/records?branch=feature/x", row).statusCode(200);
    denied(post("ann", "/commits", "{\"message\": \"users\", \"branch\": \"feature/x\"}"));
    post("root", "/commits", "{\"message\": \"users\", \"branch\": \"feature/x\"}").statusCode(201);
    denied(post("ann", "/branches/merge", merge("feature/x", "other")));
    denied(post("ann", "/branches/feature%2Fx/revert", "{\"commit\": \"feature/x\"}"));
    denied(
        post("ann", "/branches/feature%2Fx/reset", "{\"target\": \"main\", \"mode\": \"hard\"}"));
    denied(
        post(
            "ann",
            "/schema/exec",
            "{\"branch\": \"feature/x\", \"sql\": \"ALTER TABLE orders ADD m int\"}"));
    get("root", "/commits?ref=feature/x").body("commits", hasSize(3));
  }

  @Test
  void aRoleIsTakenAwayAtOnceAndSoIsARoleOfOnesOwn() {
    post("root", "/roles", "{\"name\": \"loader\", \"verbs\": [\"read\", \"commit\"]}")
        .statusCode(201)
        .body("verbs", equalTo(List.of("read", "commit")));
    grant("loader", "{\"subject\": \"user:ann\"}");
    String row = "{\"upsert\": [{\"id\": 1, \"n\": 1}]}";
    post("ann", "/tables/orders/records?branch=other", row).statusCode(200);
    denied(post("ann", "/branches", "{\"name\": \"b\"}"));
    as("root")
        .queryParam("repository", api.repository())
        .delete(V1 + "/roles/loader")
        .then()
        .statusCode(409)
        .body("error", equalTo("RoleInUseError"));
    as("root")
        .queryParam("repository", api.repository())
        .queryParam("subject", "user:ann")
        .delete(V1 + "/roles/loader/grants")
        .then()
        .statusCode(204);
    denied(post("ann", "/tables/orders/records?branch=other", row));
    denied(get("ann", "/branches"));
    get("root", "/roles").body("in_force", equalTo(true));
  }

  @Test
  void theRuleThatDecidesIsTold() {
    grant("writer", "{\"subject\": \"user:ann\", \"branches\": [\"feature/*\"]}");
    grant("reviewer", "{\"subject\": \"group:data\"}");

    get("ann", "/auth/can-i?verb=merge&branch=feature/x")
        .body("allowed", equalTo(true))
        .body("rule", equalTo("grant of writer to user:ann on branches feature/*"));
    get("ann", "/auth/can-i?verb=merge&branch=main")
        .body("allowed", equalTo(false))
        .body("rule", containsString("no grant gives 'ann' the verb merge on branch main"));
    denied(get("ann", "/auth/can-i?verb=merge&branch=main&as=bob"));
    get("root", "/auth/can-i?verb=merge&branch=main&as=bob").body("allowed", equalTo(false));
    get("root", "/auth/can-i?verb=review&branch=main&as=bob&group=data")
        .body("allowed", equalTo(true))
        .body("rule", equalTo("grant of reviewer to group:data"));
    // protections have their say, too
    as("root")
        .queryParam("repository", api.repository())
        .contentType(ContentType.JSON)
        .body("{\"protection\": {\"mergers\": [\"root\"]}}")
        .patch(V1 + "/branches/feature%2Fx")
        .then()
        .statusCode(200);
    get("ann", "/auth/can-i?verb=merge&branch=feature/x")
        .body("allowed", equalTo(false))
        .body("rule", containsString("protected"));
    get("root", "/auth/can-i?verb=fly").statusCode(422);
  }

  /** Approvals are those of principals; nobody approves what they have written. */
  @Test
  void nobodyApprovesTheirOwn() {
    grant("reviewer", "{\"subject\": \"user:ann\"}");
    grant("reviewer", "{\"subject\": \"user:bob\"}");
    grant("writer", "{\"subject\": \"user:eve\"}");
    post("ann", "/tables/orders/records?branch=feature/x", "{\"upsert\": [{\"id\": 1}]}")
        .statusCode(200);
    as("ann")
        .header("X-User-Name", "bob")
        .queryParam("repository", api.repository())
        .contentType(ContentType.JSON)
        .body("{\"message\": \"m\", \"branch\": \"feature/x\", \"author_name\": \"bob\"}")
        .post(V1 + "/commits")
        .then()
        .statusCode(201);
    String approve = "{\"verdict\": \"approve\"}";
    post("ann", "/branches/feature%2Fx/reviews", approve).statusCode(422);
    denied(post("eve", "/branches/feature%2Fx/reviews", approve));
    assertThat(post("bob", "/branches/feature%2Fx/reviews", approve).extract().statusCode())
        .isLessThan(300);
  }
}
