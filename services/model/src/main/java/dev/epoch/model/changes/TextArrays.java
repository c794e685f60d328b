package dev.epoch.model.changes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads nested arrays of texts and nulls. */
final class TextArrays {
  private TextArrays() {}

  static void expect(JsonParser parser, JsonToken expected) throws IOException {
    if (parser.currentToken() != expected) {
      throw new IllegalArgumentException(
          "expected " + expected + " instead of " + parser.currentToken());
    }
  }

  static void next(JsonParser parser, JsonToken expected) throws IOException {
    parser.nextToken();
    expect(parser, expected);
  }

  /** The text or null that comes next. */
  static String text(JsonParser parser) throws IOException {
    return parser.nextToken() == JsonToken.VALUE_NULL ? null : currentText(parser);
  }

  /** The array of texts or null that comes next. */
  static String[] texts(JsonParser parser, int sizeHint) throws IOException {
    if (parser.nextToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    expect(parser, JsonToken.START_ARRAY);
    List<String> texts = new ArrayList<>(sizeHint);
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      texts.add(token == JsonToken.VALUE_NULL ? null : currentText(parser));
    }
    return texts.toArray(String[]::new);
  }

  /** The array of texts that comes next; null is refused. */
  static String[] requiredTexts(JsonParser parser, int sizeHint) throws IOException {
    String[] texts = texts(parser, sizeHint);
    if (texts == null) {
      throw new IllegalArgumentException("null where an array of texts is expected");
    }
    return texts;
  }

  /** The text that comes next; null is refused. */
  static String requiredText(JsonParser parser) throws IOException {
    parser.nextToken();
    return currentText(parser);
  }

  private static String currentText(JsonParser parser) throws IOException {
    expect(parser, JsonToken.VALUE_STRING);
    return parser.getText();
  }
}
