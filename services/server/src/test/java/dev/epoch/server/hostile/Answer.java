package dev.epoch.server.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What the server answered.
 *
 * @param request method and path, for messages
 * @param status of HTTP
 * @param text the body
 */
record Answer(String request, int status, String text) {
  static final ObjectMapper JSON = new ObjectMapper();

  /** As {@link #documented}, where no statement was asked for: none of ours may be wrong either. */
  Answer checked() {
    assertThat(text).doesNotContain("syntax error");
    return documented();
  }

  /** Fails unless it is a success, or a refusal in the documented form; never a fault. */
  Answer documented() {
    assertThat(status).as("%s: %s", shown(request), shown(text)).isBetween(200, 499);
    if (status >= 400) {
      JsonNode body = json();
      assertThat(body.path("error").asText()).as(shown(text)).endsWith("Error");
      assertThat(body.path("message").asText()).as(shown(text)).isNotBlank();
      assertThat(body.path("message").asText().length()).isLessThan(2_000);
      assertThat(body.path("details").isObject()).as(shown(text)).isTrue();
      assertThat(text).doesNotContain("java.lang.", "\tat ", "io.vertx", "postgres:postgres");
    }
    return this;
  }

  boolean accepted() {
    return status < 300;
  }

  Answer expect(int... statuses) {
    assertThat(statuses).as("%s: %s", shown(request), shown(text)).contains(status);
    return this;
  }

  JsonNode json() {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(shown(request) + " was answered by no JSON: " + shown(text));
    }
  }

  private static String shown(String text) {
    return text.length() > 600 ? text.substring(0, 600) + "..." : text;
  }
}
