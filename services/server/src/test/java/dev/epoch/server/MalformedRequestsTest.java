package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no client library would send is answered in the form of errors too, and never with 500. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class MalformedRequestsTest {
  private static Api api;

  @BeforeEach
  void oneRepositoryForAll() {
    if (api == null) {
      api = Api.inNewRepository("malformed");
      api.register("t", "CREATE TABLE %s (id integer PRIMARY KEY)");
    }
  }

  /** The answer to a request that is sent as it is. */
  private static String answer(String head, String body) throws IOException {
    try (Socket socket = new Socket("localhost", RestAssured.port)) {
      socket.setSoTimeout(10_000);
      String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
      String request =
          head
              + "\r\nHost: localhost\r\nX-Epoch-Request: test\r\nConnection: close\r\n"
              + length
              + "\r\n"
              + body;
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertRefused(String answer, int status, String error) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .containsIgnoringCase("content-type: application/json")
        .contains("\"error\":\"" + error + "\"")
        .contains("\"message\":\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/commits/%zz",
        "/api/v1/commits/%",
        "/api/v1/commits/a%8",
        "/api/v1/tables/t/records/%ff%fe",
        "/api/v1/commits?ref=%zz",
        "/api/v1/commits?%c3",
        "/api/v1/commits?ref=<main>",
        "/api/v1/commits/a|b",
        "/nothing/%e0%80"
      })
  void addressesThatAreNotPercentEncoded(String path) throws IOException {
    assertRefused(answer("GET " + path + " HTTP/1.1", ""), 400, "BadRequestError");
  }

  @Test
  void addressesOfAnyLength() throws IOException {
    String start = "GET /api/v1/commits/";

    assertRefused(answer(start + "a".repeat(33_000) + " HTTP/1.1", ""), 414, "UriTooLongError");
    assertRefused(
        answer(start + "HEAD?ref=" + "a".repeat(100_000) + " HTTP/1.1", ""),
        414,
        "UriTooLongError");
    assertThat(answer(start + "a".repeat(2_000) + " HTTP/1.1", "")).startsWith("HTTP/1.1 4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {";;;", "json", "application/", "/json", "application/json; charset", "a b/c", "*"})
  void typesOfBodiesThatAreNone(String type) throws IOException {
    for (String path : new String[] {"/tables/t/records", "/branches", "/query"}) {
      String head =
          "POST /api/v1%s?repository=%s HTTP/1.1\r\nContent-Type: %s"
              .formatted(path, api.repository(), type);
      assertRefused(answer(head, "{}"), 415, "UnsupportedMediaTypeError");
    }
  }

  @Test
  void typesOfBodiesWithParameters() throws IOException {
    String head =
        "POST /api/v1/tables/t/records?branch=main&repository="
            + api.repository()
            + " HTTP/1.1\r\nContent-Type: application/json; charset=\"utf-8\"; x=y";
    assertThat(answer(head, "{}")).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/commits                  | {\"message\": \"m\", \"tables\": [null]}",
        "/stage                    | {\"tables\": [null]}",
        "/stage                    | {\"tables\": [\"t\", null]}",
        "/unstage                  | {\"tables\": [null]}",
        "/branches/main/materialize| {\"tables\": [null]}",
        "/tables                   | {\"name\": \"x\", \"primary_key\": [null]}",
        "/query                    | {\"sql\": \"SELECT 1\", \"branches\": [null]}"
      })
  void listsWithNothingInThem(String path, String body) {
    api.post(path, body).statusCode(422).body("error", equalTo("ValidationError"));
  }

  @Test
  void tablesThatNobodyCanVersion() {
    DatabasesForTests.shop(
        "CREATE TABLE IF NOT EXISTS reserved (id integer PRIMARY KEY, epoch_kind text)",
        "CREATE TABLE IF NOT EXISTS staged (id integer PRIMARY KEY, epoch_changed text)",
        "CREATE OR REPLACE VIEW some_view AS SELECT 1 AS id");
    for (String table :
        new String[] {
          "pg_catalog.pg_authid",
          "epoch.tables",
          "information_schema.sql_features",
          "public.reserved",
          "public.staged",
          "public.some_view"
        }) {
      api.post(
              "/tables",
              "{\"name\": \"x\", \"location\": \"%s\"}"
                  .formatted(DatabasesForTests.location(table)))
          .statusCode(422)
          .body("error", equalTo("NotVersionableError"))
          .body("details.remedy", not(equalTo(null)));
    }
    api.get("/tables").body("tables.size()", equalTo(1));
    api.get("/admin/recovery").body("operations", not(containsString("x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql://u:canary@h/db", "u:canary@h", "http://u:canary@h"})
  void aHostIsNoUrl(String host) {
    api.post(
            "/storage",
            "{\"name\": \"s\", \"backend\": \"postgresql\", \"config\": {\"host\": \"%s\", \"database\": \"d\"}}"
                .formatted(host))
        .statusCode(422)
        .body("message", not(containsString("canary")));
    api.get("/storage").body("toString()", not(containsString("canary")));
  }

  @Test
  void messagesHaveNothingOfTheInside() {
    api.post(
            "/tables",
            "{\"name\": \"x\", \"location\": \"postgresql://u:p@127.0.0.1:1/db/public.t\"}")
        .statusCode(503)
        .body("message", not(containsString("finishConnect")))
        .body("message", not(containsString("(..)")));
  }
}
