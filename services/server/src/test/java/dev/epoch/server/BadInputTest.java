package dev.epoch.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in is answered with a clear refusal, never with a fault. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class BadInputTest {
  private static Api api;
  private static String table;

  @BeforeEach
  void oneRepositoryForAll() {
    if (api == null) {
      api = Api.inNewRepository("bad");
      table =
          api.register(
              "users",
              "CREATE TABLE %s (id integer PRIMARY KEY, name text NOT NULL, age integer CHECK (age > 0))",
              "INSERT INTO %s VALUES (1, 'Alice', 30)");
      api.commit("main", "import");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "-x",
        "a..b",
        "a.lock",
        "HEAD",
        "a~1",
        "a^",
        "a:b",
        "a?b",
        "a*b",
        "[x",
        "a\\\\b",
        "/a",
        "a/",
        "a//b",
        ".a",
        "@{",
        "a\\u0000b",
        "a\\u202eb",
        "0123456789012345678901234567890123456789"
      })
  void refusesNamesThatGitRefuses(String name) {
    api.post("/branches", "{\"name\": \"" + name + "\"}")
        .statusCode(422)
        .body("error", equalTo("ValidationError"));
  }

  @Test
  void refusesNamesOfAnyLength() {
    api.post("/branches", "{\"name\": \"" + "x".repeat(70_000) + "\"}")
        .statusCode(422)
        .body("message.length()", not(greaterThan(1_000)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/branches/nope                               | 404 | BranchNotFoundError",
        "/status?branch=nope                          | 404 | BranchNotFoundError",
        "/commits?ref=nope                            | 404 | BranchNotFoundError",
        "/commits/abcdef1                             | 404 | CommitNotFoundError",
        "/commits/HEAD~99                             | 404 | *",
        "/commits/a%20b                               | 4xx | *",
        "/commits/%00                                 | 4xx | *",
        "/commits?limit=0                             | 422 | ValidationError",
        "/commits?limit=1001                          | 422 | ValidationError",
        "/commits?limit=many                          | 422 | ValidationError",
        "/commits?offset=-1                           | 422 | ValidationError",
        "/commits?since=yesterday                     | 422 | ValidationError",
        "/commits/diff?base=nope                      | 404 | BranchNotFoundError",
        "/branches/compare?source=main                | 422 | ValidationError",
        "/branches/compare?source=main&target=nope    | 404 | BranchNotFoundError",
        "/tables/nope                                 | 404 | TableNotFoundError",
        "/tables/nope/records                         | 404 | TableNotFoundError",
        "/tables/users/records/abc                    | 422 | ValidationError",
        "/tables/users/records/1?version=1            | 404 | CommitNotFoundError",
        "/tables/users/records/1?version=5&ref=main   | 422 | ValidationError",
        "/tables/users/records?where=nope:1           | 422 | ValidationError",
        "/tables/users/records?where=id               | 422 | ValidationError",
        "/tables/users/records?where=id:x             | 422 | ValidationError",
        "/tables/users/records?after=x                | 422 | ValidationError",
        "/tables/users/records?working=maybe          | 422 | ValidationError",
        "/tables/users/schema?format=xml              | 422 | ValidationError",
        "/diff/nope                                   | 404 | TableNotFoundError",
        "/diff/users?type=upsert                      | 422 | ValidationError",
        "/storage/nope                                | 404 | StorageNotFoundError",
        "/events?from=-1                              | 422 | ValidationError",
        "/events?from=first                           | 422 | ValidationError",
        "/snapshots?ref=nope                          | 404 | BranchNotFoundError",
        "/nothing                                     | 404 | NotFoundError",
        "/branches/a/b/c                              | 404 | NotFoundError"
      })
  void reads(String path, String status, String error) {
    var answer = api.get(path).contentType(ContentType.JSON);
    check(answer.extract().statusCode(), status);
    if (!error.equals("*")) {
      answer.body("error", equalTo(error));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/commits          | {}                                          | 422 | ValidationError",
        "/commits          | {\"message\": \"\"}                         | 422 | ValidationError",
        "/commits          | {\"message\": 5}                            | 422 | ValidationError",
        "/commits          | {\"message\": \"m\", \"oops\": 1}           | 422 | ValidationError",
        "/commits          | {\"message\": \"m\"                         | 400 | BadRequestError",
        "/commits          | []                                          | 422 | ValidationError",
        "/commits          | null                                        | 422 | ValidationError",
        "/commits          | {\"message\": \"m\", \"tables\": [\"no\"]}  | 404 | TableNotFoundError",
        "/commits          | {\"message\": \"m\"}                        | 422 | NothingToCommitError",
        "/commits          | {\"message\": \"m\", \"branch\": \"no\"}    | 404 | BranchNotFoundError",
        "/branches         | {\"name\": \"main\"}                        | 409 | BranchAlreadyExistsError",
        "/branches         | {\"name\": \"n\", \"start_point\": \"no\"}  | 404 | BranchNotFoundError",
        "/branches         | {\"name\": \"n\", \"ttl\": \"soon\"}        | 422 | ValidationError",
        "/branches/merge   | {\"source\": \"no\"}                        | 404 | BranchNotFoundError",
        "/branches/merge   | {\"source\": \"main\", \"strategy\": \"x\"} | 422 | ValidationError",
        "/conflicts/resolve| {\"resolution\": \"ours\"}                  | 409 | NoMergeInProgressError",
        "/conflicts/resolve| {\"resolution\": \"mine\"}                  | 422 | ValidationError",
        "/stage            | {\"tables\": [\"no\"]}                      | 404 | TableNotFoundError",
        "/query            | {\"sql\": \"\"}                             | 422 | ValidationError",
        "/query            | {\"sql\": \"SELECT 1\", \"limit\": 0}       | 422 | ValidationError",
        "/query            | {\"sql\": \"SELECT 1\", \"ref\": \"main\", \"branch\": \"main\"} | 422 | ValidationError",
        "/query            | {\"sql\": \"SELECT 1\", \"at_time\": \"now\"} | 422 | ValidationError",
        "/query            | {\"sql\": \"SELECT 1\", \"format\": \"xml\"} | 422 | ValidationError",
        "/query            | {\"sql\": \"SELECT $1::int\", \"params\": [1e999999999]} | 422 | ValidationError",
        "/storage          | {\"name\": \"s\", \"backend\": \"postgresql\", \"config\": {}} | 422 | ValidationError",
        "/storage          | {\"name\": \"s\", \"backend\": \"floppy\", \"config\": {}} | 422 | ValidationError",
        "/storage          | {\"name\": \"a b\", \"backend\": \"postgresql\", \"config\": {\"database\": \"x\"}} | 422 | ValidationError",
        "/tables           | {\"name\": \"t\"}                           | 422 | ValidationError",
        "/tables           | {\"name\": \"t\", \"location\": \"nowhere\"} | 422 | ValidationError",
        "/tables           | {\"name\": \"t\", \"storage_name\": \"no\"} | 404 | StorageNotFoundError"
      })
  void commands(String path, String body, String status, String error) {
    api.post(path, body)
        .statusCode(Integer.parseInt(status))
        .contentType(ContentType.JSON)
        .body("error", equalTo(error));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM users",
        "UPDATE users SET name = 'x'",
        "INSERT INTO users VALUES (9, 'x')",
        "DROP TABLE users",
        "SELECT 1; DELETE FROM users",
        "COMMIT; DELETE FROM users",
        "WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copy FROM users",
        "COPY users TO PROGRAM 'true'",
        "SET statement_timeout = 0",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_terminate_backend(1)",
        "DO $$ BEGIN END $$",
        "CALL x()",
        "EXPLAIN ANALYZE DELETE FROM users",
        "SELECT FROM WHERE"
      })
  void aQueryOnlyReads(String sql) {
    api.post("/query", "{\"sql\": \"" + sql + "\"}").statusCode(422);

    api.post("/query", "{\"sql\": \"SELECT count(*) FROM users\"}").body("rows[0][0]", equalTo(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"nope\": 1}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": \"old\"}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": 1.5}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": 99999999999}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": 1e999999999}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": {}}]}",
        "{\"upsert\": [{\"name\": \"no key\"}]}",
        "{\"upsert\": [{\"id\": null, \"name\": \"x\"}]}",
        "{\"upsert\": [{\"id\": 2}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"a\"}, {\"id\": 2, \"name\": \"b\"}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"a\\u0000b\"}]}",
        "{\"upsert\": [{\"id\": 2, \"name\": \"x\", \"age\": -1}]}",
        "{\"upsert\": [null]}",
        "{\"upsert\": {}}",
        "{\"delete\": [{\"name\": \"x\"}]}"
      })
  void aWriteThatDoesNotFitChangesNothing(String body) {
    String whole =
        body.startsWith("{\"upsert\": [{")
            ? body.replace("\"upsert\": [", "\"upsert\": [{\"id\": 7, \"name\": \"fits\"}, ")
            : body;

    int status = api.post("/tables/users/records?branch=main", whole).extract().statusCode();

    assertThat(status).isIn(409, 422);
    api.get("/status?branch=main").body("clean", equalTo(true));
  }

  @Test
  void namesWithQuotesAndSemicolonsAreNames() {
    String odd = "o'dd\";drop table users;--";
    DatabasesForTests.shop(
        "CREATE TABLE \"o'dd\"\";drop table users;--\" (\"k;'\" integer PRIMARY KEY, \"v\"\"\" text)",
        "INSERT INTO \"o'dd\"\";drop table users;--\" VALUES (1, 'one')");
    Api other = Api.inNewRepository("odd");
    String json = odd.replace("\"", "\\\"");
    other
        .post(
            "/tables",
            "{\"name\": \"%s\", \"location\": \"%s\"}"
                .formatted(json, DatabasesForTests.location("public." + Api.encoded(odd))))
        .statusCode(201);
    other.commit("main", "import");
    other.post("/branches", "{\"name\": \"b'r;a\\\"n%ch\"}").statusCode(201);

    other
        .post(
            "/tables/" + Api.encoded(odd) + "/records",
            "{\"upsert\": [{\"k;'\": 2, \"v\\\"\": \"'; drop table users; --\"}]}")
        .statusCode(200)
        .body("inserted", equalTo(1));
    other.commit("b'r;a\\\"n%ch", "two");

    other
        .get("/tables/" + Api.encoded(odd) + "/records?ref=" + Api.encoded("b'r;a\"n%ch"))
        .statusCode(200)
        .body("records.size()", equalTo(2));
    other
        .get("/diff/" + Api.encoded(odd) + "?base=main&target=" + Api.encoded("b'r;a\"n%ch"))
        .body("changes.size()", equalTo(1));
    other
        .post("/branches/merge", "{\"source\": \"b'r;a\\\"n%ch\", \"target\": \"main\"}")
        .statusCode(200);
  }

  @Test
  void aStorageThatCannotBeReached() {
    Api other = Api.inNewRepository("away");
    String config =
        "{\"host\": \"127.0.0.1\", \"port\": 1, \"database\": \"x\", \"username\": \"u\", \"password\": \"hunter2\"}";
    other
        .post(
            "/storage",
            "{\"name\": \"away\", \"backend\": \"postgresql\", \"config\": " + config + "}")
        .statusCode(201)
        .body(not(containsString("hunter2")));

    other
        .post("/storage/away/test")
        .statusCode(200)
        .body("status", equalTo("failed"))
        .body("ok", equalTo(false));
    other
        .post("/tables", "{\"name\": \"t\", \"storage_name\": \"away\"}")
        .statusCode(503)
        .header("Retry-After", equalTo("1"))
        .body("error", equalTo("ConnectionFailedError"));
    other.get("/storage/away").body(not(containsString("hunter2")));
    other.get("/events").statusCode(200).body(not(containsString("hunter2")));
    other.get("/tables").body("tables.size()", equalTo(0));
    other.delete("/storage/away").statusCode(204);
  }

  @Test
  void tablesThatCannotBeVersioned() {
    DatabasesForTests.shop("CREATE TABLE IF NOT EXISTS keyless (a integer)");

    api.post(
            "/tables",
            "{\"name\": \"k\", \"location\": \"%s\"}"
                .formatted(DatabasesForTests.location("public.keyless")))
        .statusCode(422)
        .body("error", equalTo("NoPrimaryKeyError"))
        .body("details.remedy", containsString("PRIMARY KEY"));
    api.post(
            "/tables",
            "{\"name\": \"k\", \"location\": \"%s\"}"
                .formatted(DatabasesForTests.location("public.not_there")))
        .statusCode(404)
        .body("error", equalTo("TableNotFoundError"));
    api.post(
            "/tables",
            "{\"name\": \"k\", \"location\": \"%s\"}"
                .formatted(
                    DatabasesForTests.location("public.x").replace("postgres:postgres", "u:wrong")))
        .body("message", not(containsString("wrong")));
  }

  @Test
  void fieldProblemsAreListed() {
    api.post("/repositories", "{\"name\": \"\"}")
        .statusCode(422)
        .body("detail[0].type", equalTo("string_too_short"))
        .body("detail[0].loc", equalTo(List.of("body", "name")))
        .body("detail[0].msg", equalTo("String should have at least 1 character"))
        .body("detail[0].ctx.min_length", equalTo(1))
        .body("details.errors[0].loc", hasItem("name"));
    api.post("/repositories", "{\"name\": \"x\", \"metadata_url\": \"postgresql://elsewhere/x\"}")
        .statusCode(422)
        .body("details.remedy", containsString("EPOCH_METADATA_URL"));
  }

  @Test
  void methodsTypesAndForms() {
    RestAssured.given()
        .header("X-Epoch-Request", "1")
        .put("/api/v1/branches")
        .then()
        .statusCode(405)
        .contentType(ContentType.JSON)
        .body("error", equalTo("MethodNotAllowedError"));
    api.request()
        .contentType("text/plain")
        .body("x")
        .post("/commits")
        .then()
        .statusCode(415)
        .body("error", equalTo("UnsupportedMediaTypeError"));
    api.request()
        .contentType("application/vnd.apache.parquet")
        .body("PAR1".getBytes(UTF_8))
        .post("/import/users")
        .then()
        .statusCode(415)
        .body("details.remedy", containsString("epoch import users"));
    api.request()
        .accept("image/png")
        .get("/branches")
        .then()
        .statusCode(406)
        .body("error", equalTo("NotAcceptableError"));
    RestAssured.get("/nothing").then().statusCode(404).body("error", equalTo("NotFoundError"));
    api.request().header("X-Epoch-Min-Position", "soon").get("/branches").then().statusCode(422);
    api.request()
        .header("Idempotency-Key", "k".repeat(1_000))
        .contentType(ContentType.JSON)
        .body("{\"name\": \"n\"}")
        .post("/branches")
        .then()
        .statusCode(422);
  }

  @Test
  void bombs() {
    api.post("/tables/users/records", "[".repeat(100_000)).statusCode(422);
    api.post(
            "/query",
            "{\"sql\": \"SELECT 1\", \"params\": " + "[".repeat(600) + "]".repeat(600) + "}")
        .statusCode(422);
    api.post("/query", "{\"sql\": \"SELECT 1\", \"limit\": 1e999999999}").statusCode(422);
    api.post("/query", "{\"sql\": \"SELECT 1\", \"limit\": " + "9".repeat(100_000) + "}")
        .statusCode(422);
  }

  @Test
  void bodiesOverTheLimit() throws IOException, InterruptedException {
    String large = "{\"upsert\": [{\"id\": 5, \"name\": \"" + "x".repeat(2_000_000) + "\"}]}";
    int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
    URI uri =
        URI.create(
            "http://localhost:"
                + (port == 0 ? RestAssured.port : port)
                + "/api/v1/tables/users/records?repository="
                + api.repository());

    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> declared = send(client, uri, BodyPublishers.ofString(large));
      HttpResponse<String> chunked =
          send(client, uri, BodyPublishers.fromPublisher(BodyPublishers.ofString(large)));

      assertThat(declared.statusCode()).isEqualTo(413);
      assertThat(declared.body()).contains("PayloadTooLargeError").contains("EPOCH_API_MAX_BODY");
      assertThat(chunked.statusCode()).isEqualTo(413);
      assertThat(chunked.body()).contains("PayloadTooLargeError");
    }
    api.get("/status?branch=main").body("clean", equalTo(true));
  }

  private static HttpResponse<String> send(
      HttpClient client, URI uri, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri)
            .version(HttpClient.Version.HTTP_1_1)
            .header("Content-Type", "application/json")
            .POST(body)
            .build(),
        BodyHandlers.ofString());
  }

  private static void check(int status, String expected) {
    if (expected.equals("4xx")) {
      assertThat(status).isBetween(400, 499);
    } else {
      assertThat(status).isEqualTo(Integer.parseInt(expected));
    }
  }
}
