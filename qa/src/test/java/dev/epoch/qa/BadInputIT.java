package dev.epoch.qa;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.qa.process.Rest;
import dev.epoch.qa.process.ServerProcess;
import dev.epoch.qa.process.Shop;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad input is refused in the documented form of errors, and leaves nothing behind: no event, no
 * row, no object in the database.
 */
@Timeout(120)
class BadInputIT {

  private static final String OBJECTS =
      """
      SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      UNION ALL
      SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
      ORDER BY 1
      """;
  private static final String ROWS =
      """
      SELECT 'c', id::text, name, credit::text FROM customers
      UNION ALL SELECT 'o', id::text, state, notes::text FROM orders
      UNION ALL SELECT 'l', order_id || ',' || line, product, price::text FROM order_lines
      ORDER BY 1, 2
      """;

  @TempDir static Path home;
  private static ServerProcess server;
  private static Shop shop;

  private Set<String> before;

  @BeforeAll
  static void start() throws Exception {
    server = new ServerProcess(home.resolve("data")).start(Map.of("EPOCH_API_MAX_BODY", "2M"));
    shop = Shop.open(server, "bad_input");
    shop.branch("feature/x", "main");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void remember() throws Exception {
    before = everything();
  }

  @AfterEach
  void nothingIsLeftBehind() throws Exception {
    assertThat(everything()).isEqualTo(before);
  }

  /** Events but rejections, heads, rows and objects. */
  private static Set<String> everything() throws SQLException {
    Set<String> all = new TreeSet<>();
    JsonNode page = shop.get("/events?limit=1000").ok();
    assertThat(page.path("next").isNull() || page.path("next").isMissingNode()).isTrue();
    for (JsonNode event : page.path("events")) {
      all.add("event " + event.path("position") + " " + event.path("type").textValue());
    }
    shop.get("/branches").ok().path("branches").forEach(branch -> all.add("branch " + branch));
    shop.get("/tables").ok().forEach(table -> all.add("tables " + table));
    shop.get("/status").ok().properties().forEach(entry -> all.add("status " + entry));
    server.rest().get("/repositories").ok().forEach(one -> all.add("repositories " + one));
    shop.database().rows(OBJECTS).forEach(object -> all.add("object " + object));
    shop.database().rows(ROWS).forEach(row -> all.add("row " + row));
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@",
        "HEAD",
        "a..b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[b",
        "a\\\\b",
        "-x",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a.",
        "a@{1}",
        "tab\\t",
        "nul\\u0000",
        "del\\u007f"
      })
  void namesOfBranchesFollowTheRulesOfGit(String name) {
    refused(shop.post("/branches", "{\"name\": \"" + name + "\"}"), 422, "ValidationError");
  }

  @Test
  void namesWithQuotesAndSemicolonsHarmNothing() {
    String hostile = "x'); DROP TABLE customers; --";
    String json = "\"" + hostile + "\"";
    refused(
        shop.post("/tables", "{\"name\": %s, \"location\": %s}".formatted(json, json)),
        422,
        "ValidationError");
    refused(
        shop.post(
            "/tables",
            "{\"name\": \"t\", \"location\": \"%s/public.%s\"}"
                .formatted(shop.database().url(), Rest.escaped(hostile))),
        404,
        "TableNotFoundError");
    refused(shop.get("/tables/" + Rest.escaped(hostile)), 404, "TableNotFoundError");
    refused(shop.get("/commits?ref=" + Rest.escaped(hostile)), 422, "ValidationError");
    refused(
        shop.post("/branches", "{\"name\": \"ok\", \"start_point\": " + json + "}"),
        422,
        "ValidationError");
    refused(
        shop.post(
            "/tables/customers/records?branch=feature/x",
            "{\"upsert\": [{\"id\": 1, \"name\\\"; DROP TABLE customers; --\": 1}]}"),
        422,
        null);
    refused(shop.get("/tables/customers/records?where=" + Rest.escaped(hostile + ":1")), 422, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "main~99", "main^2", "0123456", "ffffffffffffffff", "HEAD~99"})
  void unknownRefsAreNotFound(String ref) {
    String escaped = Rest.escaped(ref);
    for (String path :
        List.of(
            "/commits?ref=" + escaped,
            "/commits/diff?base=" + escaped + "&target=main",
            "/tables/customers/records?ref=" + escaped,
            "/diff/customers?base=main&target=" + escaped)) {
      refused(shop.get(path), 404, null);
    }
    refused(shop.post("/query", "{\"sql\": \"SELECT 1\", \"ref\": \"" + ref + "\"}"), 404, null);
    refused(
        shop.post("/branches", "{\"name\": \"b\", \"start_point\": \"" + ref + "\"}"), 404, null);
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    refused(server.rest().get("/status?repository=nowhere"), 404, null);
    refused(shop.get("/tables/nothing"), 404, "TableNotFoundError");
    refused(shop.delete("/branches/nothing"), 404, "BranchNotFoundError");
    refused(shop.merge("nothing", "main"), 404, null);
    refused(shop.get("/status?branch=nothing"), 404, "BranchNotFoundError");
    refused(
        shop.post("/commits", "{\"message\": \"m\", \"branch\": \"nothing\"}"),
        404,
        "BranchNotFoundError");
  }

  @Test
  void anEmptyCommitIsRefused() {
    refused(
        shop.post("/commits", "{\"message\": \"nothing\", \"branch\": \"feature/x\"}"),
        422,
        "NothingToCommitError");
    refused(shop.post("/commits", "{\"message\": \"\"}"), 422, "ValidationError");
    refused(shop.post("/commits", "{}"), 422, "ValidationError");
    refused(
        shop.post("/commits", "{\"message\": \"m\", \"tables\": [\"nothing\"]}"),
        404,
        "TableNotFoundError");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": \"one\", \"name\": \"b\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": 2.5, \"name\": \"b\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": 99999999999, \"name\": \"b\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\", \"credit\": \"much\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\", \"credit\": 123456789.00}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\", \"created_at\": \"yesterday at tea\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": null}]}",
        "{\"upsert\": [{\"id\": 77}]}",
        "{\"upsert\": [{\"id\": 1, \"nothing\": 1}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": 1, \"name\": \"b\"}]}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}], \"delete\": [{\"id\": 1}]}",
        "{\"delete\": [{\"name\": \"Ada\"}]}",
        "{\"upsert\": [null]}",
        "{\"upsert\": {\"id\": 1}}",
        "{\"upsert\": [{\"id\": 1, \"name\": \"nul\\u0000\"}]}",
        "[]",
        "{\"upsert\": [{\"id\": 1, \"name\": \"a\"}]",
        "not json"
      })
  void recordsAreWrittenAllOrNone(String body) {
    for (String branch : List.of("main", "feature/x")) {
      Rest.Answer answer = shop.post("/tables/customers/records?branch=" + branch, body);
      assertThat(answer.status()).as(answer.text()).isIn(400, 422);
      refused(answer, answer.status(), null);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM customers",
        "UPDATE customers SET name = 'x'",
        "INSERT INTO customers (name) VALUES ('x')",
        "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE customers",
        "COMMIT; DELETE FROM customers",
        "DROP TABLE customers",
        "CREATE TABLE sneaky (id int)",
        "SELECT * INTO sneaky FROM customers",
        "COPY customers TO PROGRAM 'true'",
        "COPY customers FROM STDIN",
        "DO $$ BEGIN DELETE FROM public.customers; END $$",
        "CALL something()",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_advisory_lock(1)",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT set_config('statement_timeout', '0', false)",
        "SELECT nextval('customers_id_seq')",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT epoch.use_branch('feature/x')",
        "SET search_path = public",
        "SELECT * FROM customers FOR UPDATE",
        "VACUUM",
        "SELECT",
        "SELECT FROM nothing",
        "SELECT 1 +",
        ""
      })
  void aQueryCannotWriteNorBeTwo(String sql) {
    Rest.Answer answer = shop.post("/query", "{\"sql\": \"" + sql.replace("\"", "\\\"") + "\"}");
    assertThat(answer.status()).as(answer.text()).isIn(400, 422);
    refused(answer, answer.status(), null);
  }

  @Test
  void aStorageThatIsNotReachableIsSaidToBe() {
    refused(
        shop.post(
            "/tables",
            "{\"name\": \"far\", \"location\": \"postgresql://u:canary-secret@127.0.0.1:1/db/public.t\"}"),
        503,
        "ConnectionFailedError");
    refused(
        shop.post("/tables", "{\"name\": \"far\", \"location\": \"gopher://x/y\"}"),
        422,
        "ValidationError");
    refused(
        shop.post(
            "/tables",
            "{\"name\": \"far\", \"location\": \"%s/public.t\"}"
                .formatted(shop.database().as("postgres", "wrong-canary-secret").url())),
        503,
        null);
    assertThat(server.log()).doesNotContain("canary-secret");
  }

  @Test
  void bodiesOverTheLimitAreRefused() {
    String huge = "{\"upsert\": [{\"id\": 1, \"name\": \"" + "x".repeat(3 * 1024 * 1024) + "\"}]}";
    Rest.Answer answer = shop.post("/tables/customers/records?branch=main", huge);
    assertThat(answer.status()).isEqualTo(413);
    refused(answer, 413, null);
    refused(
        shop.post("/query", "{\"sql\": " + "[".repeat(5000) + "]".repeat(5000) + "}"), 422, null);
  }

  /** Many clients read nothing before they have sent everything. */
  @ParameterizedTest
  @ValueSource(strings = {"close", "keep-alive"})
  void whoSendsAllOfALargeBodyFirstReadsTheRefusal(String connection) throws Exception {
    byte[] body = new byte[16 * 1024 * 1024];
    Arrays.fill(body, (byte) ' ');
    URI url = URI.create(server.url());
    try (Socket socket = new Socket(url.getHost(), url.getPort())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /api/v1/commits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n"
              .formatted(body.length, connection)
              .getBytes(StandardCharsets.US_ASCII));
      out.write(body);
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertThat(answer.readLine()).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void wrongMethodsPathsAndTypesHaveTheFormatToo() {
    refused(shop.get("/no/such/path"), 404, null);
    refused(shop.delete("/query"), 405, null);
    refused(
        server.rest().send("POST", "/commits", "x", Map.of("Content-Type", "text/plain")),
        415,
        null);
    refused(shop.get("/events?from=-1"), 422, "ValidationError");
    refused(shop.get("/events?from=abc"), 422, "ValidationError");
    refused(shop.get("/tables/customers/records?limit=-5"), 422, "ValidationError");
  }

  /** The format of errors: error, message and details; nothing of the inside of the server. */
  private static void refused(Rest.Answer answer, int status, String error) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    JsonNode body = answer.json();
    List<String> names = new ArrayList<>();
    body.fieldNames().forEachRemaining(names::add);
    if (body.has("detail")) {
      assertThat(body.path("detail").isArray()).as(answer.text()).isTrue();
    }
    assertThat(names).as(answer.text()).contains("error", "message");
    assertThat(body.path("error").textValue()).matches("[A-Z][A-Za-z]+Error");
    assertThat(body.path("message").textValue()).isNotBlank();
    if (error != null) {
      assertThat(body.path("error").textValue()).as(answer.text()).isEqualTo(error);
    }
    assertThat(answer.text()).doesNotContain("Exception", "\\tat ", "canary-secret", "java.");
  }
}
