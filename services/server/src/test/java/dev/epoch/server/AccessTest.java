package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.http.Method;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is answered by a server for this machine, and where it sends passwords. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class AccessTest {
  private static final String KEYS = "/api/v1/auth/keys";

  private Api api;

  @BeforeEach
  void aRepository() {
    api = Api.inNewRepository("access");
  }

  private static RequestSpecification with(String key) {
    return RestAssured.given().header("Authorization", "Bearer " + key);
  }

  private static String create(RequestSpecification request, String name) {
    return request
        .contentType(ContentType.JSON)
        .body("{\"name\": \"" + name + "\"}")
        .post(KEYS)
        .then()
        .statusCode(201)
        .body("name", equalTo(name))
        .extract()
        .path("key");
  }

  @Test
  void fromTheFirstKeyOnEveryRequestNeedsOne() {
    String first = create(RestAssured.given(), "first");
    try {
      // then requests without one, or with a wrong one, are refused
      RestAssured.get("/api/v1/repositories")
          .then()
          .statusCode(401)
          .contentType(ContentType.JSON)
          .header("WWW-Authenticate", containsString("Bearer"))
          .body("error", equalTo("UnauthorizedError"))
          .body("details.remedy", containsString("EPOCH_API_KEY"));
      for (String path :
          List.of("/metrics", "/nothing", "/api/v1/events/stream", "//api/v1", "/q")) {
        RestAssured.given().urlEncodingEnabled(false).get(path).then().statusCode(401);
      }
      with(first + "x").get("/api/v1/repositories").then().statusCode(401);
      with(first + "x").get("/api/v1/auth/whoami").then().statusCode(401);
      with(first)
          .get("/api/v1/auth/whoami")
          .then()
          .statusCode(200)
          .body("key", equalTo("first"))
          .body("actor.id", equalTo("first"));
      with("").get("/api/v1/repositories").then().statusCode(401);
      RestAssured.given()
          .header("Authorization", "Basic " + first)
          .get("/api/v1/repositories")
          .then()
          .statusCode(401);
      // and what is for everybody is answered
      for (String path : List.of("/", "/health", "/ready", "/openapi.json", "/docs/")) {
        RestAssured.get(path).then().statusCode(200);
      }
      RestAssured.get("/ready").then().body("repository", nullValue());

      // when there is another one
      String second = create(with(first), "second");
      with(second).get("/api/v1/repositories").then().statusCode(200);
      with(first)
          .get(KEYS)
          .then()
          .statusCode(200)
          .body("keys.name", equalTo(List.of("first", "second")))
          .body("keys[1].created_by", equalTo("first"))
          .body("keys[0].created_at", notNullValue())
          .body("", not(containsString(first.substring(10))));
      with(first)
          .contentType(ContentType.JSON)
          .body("{\"name\": \"second\"}")
          .post(KEYS)
          .then()
          .statusCode(409)
          .body("error", equalTo("ApiKeyAlreadyExistsError"));
      with(first).delete(KEYS + "/second").then().statusCode(204);

      // then it is not accepted any more, and of the same name there may be a new one
      with(second).get("/api/v1/repositories").then().statusCode(401);
      with(first).delete(KEYS + "/second").then().statusCode(404);
      assertThat(create(with(first), "second")).isNotEqualTo(second);
      with(second).get("/api/v1/repositories").then().statusCode(401);
      with(first).delete(KEYS + "/second").then().statusCode(204);
    } finally {
      with(first).delete(KEYS + "/first").then().statusCode(204);
    }
    RestAssured.get("/api/v1/repositories").then().statusCode(200);
  }

  /** No key, one of this machine's server, and keys with and without the right. */
  @ParameterizedTest
  @CsvSource({
    // key, id, name, actor
    "none, , , anonymous",
    "none, jane, Jane, jane",
    "none, , Jane, Jane",
    "plain, , , plain",
    "plain, jane, Jane, plain",
    "plain, , Jane, plain",
    "acting, , , acting",
    "acting, jane, Jane, jane",
    "acting, , Jane, Jane"
  })
  void headersNameTheActorForKeysThatMayActForOthers(
      String keyName, String id, String name, String actor) {
    boolean acts = keyName.equals("acting");
    String key = keyName.equals("none") ? null : create(RestAssured.given(), keyName, acts);
    try {
      RequestSpecification request = key == null ? RestAssured.given() : with(key);
      if (id != null) {
        request = request.header("X-User-Id", id);
      }
      if (name != null) {
        request = request.header("X-User-Name", name);
      }
      branch(request, "made");
      RequestSpecification reader = key == null ? RestAssured.given() : with(key);
      reader
          .get("/api/v1/events?type=branch-created&repository=" + api.repository())
          .then()
          .body("events.find { it.branch == 'made' }.actor.id", equalTo(actor));
      if (key != null) {
        with(key)
            .get(KEYS)
            .then()
            .body("keys.find { it.name == '" + keyName + "' }.acts_for_others", equalTo(acts));
      }
    } finally {
      if (key != null) {
        with(key).delete(KEYS + "/" + keyName).then().statusCode(204);
      }
    }
  }

  /** Else whoever may not would give it to themselves. */
  @Test
  void theRightToActForOthersIsGivenByThoseWhoHaveIt() {
    String acting = create(RestAssured.given(), "acting", true);
    try {
      String plain = create(with(acting), "plain", false);
      with(plain)
          .contentType(ContentType.JSON)
          .body("{\"name\": \"third\", \"acts_for_others\": true}")
          .post(KEYS)
          .then()
          .statusCode(403)
          .body("error", equalTo("ApiKeyRightError"))
          .body("details.remedy", containsString("EPOCH_API_KEY"));
      with(acting).delete(KEYS + "/plain").then().statusCode(204);
    } finally {
      with(acting).delete(KEYS + "/acting").then().statusCode(204);
    }
  }

  @Test
  void aKeyIsForItsScopesUntilItExpires() {
    String first = create(RestAssured.given(), "first");
    try {
      with(first).get("/api/v1/auth/whoami").then().body("administrator", equalTo(true));
      String reader =
          with(first)
              .contentType(ContentType.JSON)
              .body("{\"name\": \"reader\", \"scopes\": [\"read\"], \"ttl\": \"2s\"}")
              .post(KEYS)
              .then()
              .statusCode(201)
              .body("scopes", equalTo(List.of("read")))
              .body("administrator", equalTo(false))
              .body("prefix", notNullValue())
              .body("expires_at", notNullValue())
              .extract()
              .path("key");
      with(reader).get("/api/v1/branches?repository=" + api.repository()).then().statusCode(200);
      with(reader)
          .contentType(ContentType.JSON)
          .body("{\"name\": \"b\"}")
          .post("/api/v1/branches?repository=" + api.repository())
          .then()
          .statusCode(403)
          .body("error", equalTo("PermissionDeniedError"))
          .body("message", containsString("branch"));
      with(reader).get(KEYS).then().statusCode(403);
      with(reader).delete(KEYS + "/first").then().statusCode(403);
      // nor does it make itself a larger one
      String again =
          with(reader)
              .header("X-Epoch-Request", "1")
              .post(KEYS + "/reader/rotate")
              .then()
              .statusCode(200)
              .body("scopes", equalTo(List.of("read")))
              .extract()
              .path("key");
      with(reader).get("/api/v1/auth/whoami").then().statusCode(401);
      with(again)
          .header("X-Epoch-Request", "1")
          .post(KEYS + "/first/rotate")
          .then()
          .statusCode(403);
      with(first)
          .get(KEYS)
          .then()
          .body("keys.find { it.name == 'reader' }.last_used_at", notNullValue())
          .body("keys.find { it.name == 'reader' }.rotated_at", notNullValue());

      // until it expires: what was made for others to use ends by itself
      await(() -> with(again).get("/api/v1/auth/whoami").statusCode() == 401);
      with(again).get("/api/v1/auth/whoami").then().body("message", containsString("has expired"));
    } finally {
      with(first).delete(KEYS + "/reader");
      with(first).delete(KEYS + "/first").then().statusCode(204);
    }
  }

  private static void await(java.util.function.BooleanSupplier state) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!state.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  /** Whoever is no administrator makes none. */
  @Test
  void administratorsAreMadeByAdministrators() {
    String first = create(RestAssured.given(), "first");
    try {
      String plain = create(with(first), "plain");
      String body = "{\"name\": \"third\", \"administrator\": true}";
      with(plain)
          .contentType(ContentType.JSON)
          .body(body)
          .post(KEYS)
          .then()
          .statusCode(403)
          .body("error", equalTo("ApiKeyRightError"));
      with(plain)
          .header("X-Epoch-Request", "1")
          .post(KEYS + "/first/rotate")
          .then()
          .statusCode(403);
      with(first).contentType(ContentType.JSON).body(body).post(KEYS).then().statusCode(201);
      with(first).delete(KEYS + "/third").then().statusCode(204);
      with(first).delete(KEYS + "/plain").then().statusCode(204);
    } finally {
      with(first).delete(KEYS + "/first").then().statusCode(204);
    }
  }

  /** The log knows both: for whom, and by whose key. */
  @Test
  void whoActsForOthersIsRecordedBesideThem() {
    String key = create(RestAssured.given(), "gateway", true);
    try {
      branch(with(key).header("X-User-Id", "jane"), "for-jane");
      branch(with(key), "of-its-own");
      String events = "/api/v1/events?type=branch-created&repository=" + api.repository();
      with(key)
          .get(events)
          .then()
          .body("events.find { it.branch == 'for-jane' }.actor.id", equalTo("jane"))
          .body("events.find { it.branch == 'for-jane' }.principal", equalTo("gateway"))
          .body("events.find { it.branch == 'of-its-own' }.principal", nullValue());
    } finally {
      with(key).delete(KEYS + "/gateway").then().statusCode(204);
    }
  }

  private static String create(RequestSpecification request, String name, boolean actsForOthers) {
    return request
        .contentType(ContentType.JSON)
        .body("{\"name\": \"" + name + "\", \"acts_for_others\": " + actsForOthers + "}")
        .post(KEYS)
        .then()
        .statusCode(201)
        .body("acts_for_others", equalTo(actsForOthers))
        .extract()
        .path("key");
  }

  private void branch(RequestSpecification request, String name) {
    request
        .contentType(ContentType.JSON)
        .body("{\"name\": \"" + name + "\"}")
        .post("/api/v1/branches?repository=" + api.repository())
        .then()
        .statusCode(201);
  }

  @Test
  void aStreamEndsWithItsKey() throws Exception {
    String key = create(RestAssured.given(), "reader");
    boolean revoked = false;
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      RestAssured.baseURI
                          + ":"
                          + RestAssured.port
                          + "/api/v1/events/stream?repository="
                          + api.repository()))
              .header("Authorization", "Bearer " + key)
              .build();
      HttpResponse<InputStream> stream = client.send(request, BodyHandlers.ofInputStream());
      assertThat(stream.statusCode()).isEqualTo(200);
      CompletableFuture<Void> end =
          CompletableFuture.runAsync(() -> {
            try {
              stream.body().readAllBytes();
            } catch (IOException closed) {
              // so it ended
            }
          });
      assertThat(end).isNotDone();

      with(key).delete(KEYS + "/reader").then().statusCode(204);
      revoked = true;

      assertThat(end).succeedsWithin(Duration.ofSeconds(10));
    } finally {
      if (!revoked) {
        with(key).delete(KEYS + "/reader");
      }
    }
  }

  @Test
  void aKeyIsKeptAsItsDigestOnly() throws Exception {
    String key = create(RestAssured.given(), "kept");
    try (var connection = DatabasesForTests.connect(DatabasesForTests.METADATA);
        var rows =
            connection
                .createStatement()
                .executeQuery("SELECT k::text FROM epoch.api_keys k WHERE name = 'kept'")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).doesNotContain(key).doesNotContain(key.substring(6));
      assertThat(key).matches("epoch_[A-Za-z0-9_-]{43}");
    } finally {
      with(key).delete(KEYS + "/kept").then().statusCode(204);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "-x", "x/y", "é"})
  void namesOfKeysArePlain(String name) {
    api.post("/auth/keys", "{\"name\": \"" + name + "\"}").statusCode(422);
    RestAssured.get(KEYS).then().statusCode(200).body("keys.size()", equalTo(0));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:1234, 200",
    "app.localhost, 200",
    "127.0.0.1:8000, 200",
    "[::1]:8000, 200",
    "192.168.1.7, 200",
    "evil.example, 421",
    "evil.example:8000, 421",
    "localhost.evil.example, 421",
    "127.0.0.1.evil.example, 421",
    "1.2.3, 421"
  })
  void aServerGoesByItsNames(String host, int status) {
    for (String path : List.of("/health", "/api/v1/repositories", "/docs/")) {
      RestAssured.given().header("Host", host).get(path).then().statusCode(status);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "none"})
  void noWebPageCanSendWhatChangesSomething(String type) {
    for (Method method : List.of(Method.POST, Method.PUT, Method.PATCH, Method.DELETE)) {
      RequestSpecification request = RestAssured.given();
      if (!type.equals("none")) {
        request = request.header("Content-Type", type).body("{\"name\": \"forged\"}");
      }
      request
          .request(method, "/api/v1/branches?repository=" + api.repository())
          .then()
          .statusCode(403)
          .body("error", equalTo("CrossSiteRequestError"));
    }
    api.get("/branches").body("branches.size()", equalTo(1));
  }

  @Test
  void whatNoPageSendsUnaskedIsEnough() {
    for (Map.Entry<String, String> header :
        Map.of("X-Epoch-Request", "1", "Idempotency-Key", "k").entrySet()) {
      RestAssured.given()
          .header(header.getKey(), header.getValue())
          .post("/api/v1/repositories/" + api.repository() + "/open")
          .then()
          .statusCode(200);
    }
    RestAssured.given()
        .contentType("application/json; charset=utf-8")
        .body("{\"name\": \"b\"}")
        .post("/api/v1/branches?repository=" + api.repository())
        .then()
        .statusCode(201);
  }

  @Test
  void pagesOfOtherOriginsAreNotAllowed() {
    RestAssured.given()
        .header("Origin", "https://evil.example")
        .header("Access-Control-Request-Method", "POST")
        .options("/api/v1/branches")
        .then()
        .header("Access-Control-Allow-Origin", nullValue());
    RestAssured.given()
        .header("Origin", "https://evil.example")
        .get("/api/v1/repositories")
        .then()
        .statusCode(403)
        .header("Access-Control-Allow-Origin", nullValue());
  }

  @Test
  void aPasswordIsNotSentToAnotherAddress() {
    api.post(
            "/storage",
            "{\"name\": \"s\", \"backend\": \"postgresql\", \"config\": {\"host\": \"127.0.0.1\", \"port\": 1, \"database\": \"x\", \"username\": \"u\", \"password\": \"hunter2\"}}")
        .statusCode(201);

    for (String change :
        List.of(
            "{\"host\": \"localhost\"}",
            "{\"port\": 2}",
            "{\"database\": \"y\"}",
            "{\"username\": \"v\"}",
            "{\"sslmode\": \"disable\"}",
            "{\"url\": \"postgresql://localhost/x\"}")) {
      api.patch("/storage/s", "{\"config\": " + change + "}")
          .statusCode(422)
          .body("error", equalTo("ValidationError"))
          .body("message", containsString("password"));
    }
    api.get("/storage/s").body("config.port", equalTo(1)).body("config.host", equalTo("127.0.0.1"));
    api.patch("/storage/s", "{\"config\": {\"pool_size\": 3}, \"description\": \"d\"}")
        .statusCode(200);
    api.patch("/storage/s", "{\"config\": {\"port\": 2, \"password\": \"new\"}}")
        .statusCode(200)
        .body("config.port", equalTo(2))
        .body("config.pool_size", equalTo(3));
  }

  @Test
  void addressesThatOnlySettingsAllow() {
    for (String host : List.of("169.254.169.254", "/var/run/postgresql", "0.0.0.0")) {
      api.post(
              "/storage",
              "{\"name\": \"x\", \"backend\": \"postgresql\", \"config\": {\"host\": \"%s\", \"database\": \"x\"}}"
                  .formatted(host))
          .statusCode(422)
          .body("details.remedy", containsString("EPOCH_STORAGE_ALLOW"));
    }
  }
}
