package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An error that ends a session, as PostgreSQL says it.
 *
 * @param code SQLSTATE
 * @param message the problem
 * @param detail its cause, or null
 * @param hint its remedy, or null
 */
public record ErrorMessage(String code, String message, String detail, String hint) {
  private static final String FATAL = "FATAL";

  public Buffer toBuffer() {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', FATAL);
    fields.put('V', FATAL);
    fields.put('C', code);
    fields.put('M', message);
    fields.put('D', detail);
    fields.put('H', hint);
    return message(fields);
  }

  /** An error of the database, by its fields. */
  public static Map<Character, String> fields(Buffer error) {
    Map<Character, String> fields = new LinkedHashMap<>();
    int place = 5;
    while (place < error.length() && error.getByte(place) != 0) {
      char type = (char) error.getByte(place);
      int end = place + 1;
      while (end < error.length() && error.getByte(end) != 0) {
        end++;
      }
      fields.put(type, error.getString(place + 1, end, StandardCharsets.UTF_8.name()));
      place = end + 1;
    }
    return fields;
  }

  /** An error of the database of a statement that the client did not send: it ends the session. */
  public static Buffer fatal(Buffer error) {
    Map<Character, String> fields = fields(error);
    fields.put('S', FATAL);
    fields.put('V', FATAL);
    fields.keySet().removeIf(type -> "SVCMDH".indexOf(type) < 0);
    return message(fields);
  }

  private static Buffer message(Map<Character, String> fields) {
    Buffer body = Buffer.buffer();
    fields.forEach((type, text) -> {
      if (text != null) {
        body.appendByte((byte) type.charValue());
        body.appendBytes(text.replace('\0', ' ').getBytes(StandardCharsets.UTF_8));
        body.appendByte((byte) 0);
      }
    });
    body.appendByte((byte) 0);
    return Buffer.buffer().appendByte((byte) 'E').appendInt(body.length() + 4).appendBuffer(body);
  }
}
