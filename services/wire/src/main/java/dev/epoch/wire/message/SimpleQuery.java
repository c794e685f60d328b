package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Statements that the gateway sends itself, and their rows. */
public final class SimpleQuery {
  private SimpleQuery() {}

  /** A statement as it is sent. */
  public static Buffer of(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return Buffer.buffer()
        .appendByte((byte) 'Q')
        .appendInt(text.length + 5)
        .appendBytes(text)
        .appendByte((byte) 0);
  }

  /** The texts of a row; null for NULL. */
  public static List<String> row(Buffer message) {
    List<String> texts = new ArrayList<>();
    int place = 7;
    for (int i = 0; i < message.getShort(5); i++) {
      int length = message.getInt(place);
      place += 4;
      if (length < 0) {
        texts.add(null);
      } else {
        texts.add(message.getString(place, place + length, StandardCharsets.UTF_8.name()));
        place += length;
      }
    }
    return texts;
  }
}
