package dev.epoch.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.model.encoding.CanonicalBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the next page of a query begins. Clients send it back as it is.
 *
 * @param query digest of what was asked
 * @param commit id of the commit that is read
 * @param refs ids of the commits that refs in the statement stand for
 * @param rows on the pages before
 * @param last digest of the last of them
 */
record PageCursor(String query, String commit, Map<String, String> refs, long rows, String last) {
  private static final int DIGEST = 32;

  /** Of a request, without what may differ from page to page. */
  static String digest(String repository, RunQuery body) {
    CanonicalBytes bytes = new CanonicalBytes().text(repository).text(body.sql());
    bytes.optionalText(body.ref()).optionalText(body.branch()).optionalText(body.atTime());
    List<JsonNode> parameters = body.params() == null ? List.of() : body.params();
    bytes.integer(parameters.size());
    parameters.forEach(parameter -> bytes.text(ApiJson.text(parameter)));
    return hex(bytes);
  }

  static String digest(List<JsonNode> row) {
    CanonicalBytes bytes = new CanonicalBytes();
    row.forEach(value -> bytes.text(ApiJson.text(value)));
    return hex(bytes);
  }

  private static String hex(CanonicalBytes bytes) {
    return bytes.sha256().hex().substring(0, DIGEST);
  }

  String text() {
    ObjectNode json = ApiJson.mapper().createObjectNode();
    json.put("q", query).put("c", commit).put("n", rows).put("l", last);
    ObjectNode pinned = json.putObject("r");
    refs.forEach(pinned::put);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(ApiJson.text(json).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws InvalidRequestException if it is none, or of another query
   */
  static PageCursor parse(String text, String query) {
    JsonNode json;
    try {
      json = ApiJson.mapper().readTree(Base64.getUrlDecoder().decode(text));
    } catch (IOException | IllegalArgumentException damaged) {
      throw refused("Should be next of an answer, unchanged");
    }
    if (json == null
        || !json.path("q").isTextual()
        || !json.path("c").isTextual()
        || !json.path("l").isTextual()
        || !json.path("n").canConvertToLong()
        || json.path("n").asLong() < 1) {
      throw refused("Should be next of an answer, unchanged");
    }
    if (!json.path("q").textValue().equals(query)) {
      throw refused(
          "Belongs to another query: its statement, parameters, repository, ref, branch or at_time"
              + " differ");
    }
    Map<String, String> refs = new TreeMap<>();
    json.path("r").properties().forEach(ref -> refs.put(ref.getKey(), ref.getValue().asText()));
    return new PageCursor(
        query,
        json.path("c").textValue(),
        refs,
        json.path("n").asLong(),
        json.path("l").textValue());
  }

  private static InvalidRequestException refused(String why) {
    return new InvalidRequestException(FieldProblem.body("value_error", "after", why));
  }
}
