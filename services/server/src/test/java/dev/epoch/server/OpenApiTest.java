package dev.epoch.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document tells everything that a client needs. */
@QuarkusTest
@QuarkusTestResource(DatabasesForTests.class)
class OpenApiTest {
  private JsonNode document;

  @BeforeEach
  void read() throws IOException {
    document =
        new ObjectMapper()
            .readTree(
                RestAssured.given().accept("application/json").get("/openapi.json").asString());
  }

  @Test
  void everyOperationSaysWhatItDoesAndHowItFails() {
    List<String> operations = new ArrayList<>();
    eachOperation((name, operation) -> {
      operations.add(name);
      assertThat(operation.path("summary").asText()).as(name).isNotBlank();
      assertThat(operation.path("tags")).as(name).hasSize(1);
      assertThat(operation.path("responses").fieldNames())
          .toIterable()
          .as(name)
          .anyMatch(status -> status.startsWith("2"));
      if (name.contains("/api/v1")) {
        assertThat(operation.path("responses").fieldNames())
            .toIterable()
            .as(name)
            .contains("400", "404", "405", "406", "414", "422", "500", "503");
      }
      if (name.matches("(POST|PATCH|DELETE) /api/v1.*")) {
        assertThat(operation.path("responses").has("409")).as(name).isTrue();
      }
    });
    assertThat(operations)
        .contains(
            "POST /api/v1/branches/merge",
            "POST /api/v1/branches/{name}/checkout",
            "GET /api/v1/events/stream",
            "GET /api/v1/diff/{table}",
            "GET /api/v1/tables/{table}/records/{key}",
            "POST /api/v1/repositories/tables/track")
        .hasSizeGreaterThan(45);
  }

  /** Everything that the published description of the catalog prints is described here. */
  @Test
  void everyPrintedPathOfTheCatalogIsThere() throws IOException {
    List<Pattern> known = new ArrayList<>();
    eachOperation((name, _) ->
        known.add(Pattern.compile(name.replaceAll("\\{[^}]+}", "[^/]+").replace(".", "\\."))));
    Set<String> printed = new TreeSet<>();
    try (InputStream in = getClass().getResourceAsStream("/catalog/seed-commands.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.matches("(GET|POST|PUT|PATCH|DELETE) /.*"))
          .map(line -> line.replaceAll("[?].*", ""))
          .forEach(printed::add);
    }
    assertThat(printed)
        .hasSizeGreaterThan(40)
        .allMatch(line -> known.stream().anyMatch(path -> path.matcher(line).matches()));
  }

  @Test
  void fieldsAreNamedAsOnTheWire() {
    document
        .at("/components/schemas")
        .properties()
        .forEach(schema ->
            schema
                .getValue()
                .path("properties")
                .fieldNames()
                .forEachRemaining(
                    field -> assertThat(field).as(schema.getKey()).matches("[a-z][a-z0-9_]*")));
    assertThat(document.at("/components/schemas/Branch/properties/head_commit_id").isObject())
        .isTrue();
  }

  @Test
  void schemasHaveNamesOfTheApi() {
    document
        .at("/components/schemas")
        .fieldNames()
        .forEachRemaining(name -> assertThat(name).matches("[A-Z][A-Za-z0-9]+"));
  }

  @Test
  void whatIsCreatedIsAnsweredSo() {
    for (String path : List.of("repositories", "branches", "commits", "tables", "storage")) {
      assertThat(document.path("paths").path("/api/v1/" + path).at("/post/responses").has("201"))
          .as(path)
          .isTrue();
    }
  }

  @Test
  void referencesLeadSomewhere() {
    check(document);
  }

  private void check(JsonNode node) {
    if (node.path("$ref").isTextual()) {
      assertThat(document.at(node.path("$ref").asText().substring(1)).isMissingNode())
          .as(node.path("$ref").asText())
          .isFalse();
    }
    for (Iterator<JsonNode> children = node.elements(); children.hasNext(); ) {
      check(children.next());
    }
  }

  private void eachOperation(BiConsumer<String, JsonNode> look) {
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (List.of("get", "post", "put", "patch", "delete").contains(method.getKey())) {
          look.accept(
              method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(),
              method.getValue());
        }
      }
    }
  }
}
