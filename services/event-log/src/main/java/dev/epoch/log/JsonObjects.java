package dev.epoch.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Tells whether a text is exactly one JSON object (RFC 8259), without building it. */
final class JsonObjects {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonObjects() {}

  /**
   * @throws InvalidAppendException if it is not; {@code what} begins the message
   */
  static void check(String what, String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidAppendException(what + " must be a JSON object");
      }
      parser.skipChildren();
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw new InvalidAppendException(what + " must be one JSON object and nothing after it");
      }
    } catch (IOException e) {
      // The parser's message quotes the data, which may hold what must not reach a log file.
      throw new InvalidAppendException(what + " is not valid JSON");
    }
  }
}
