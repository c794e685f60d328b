package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The message that begins a session. Values keep their bytes: nobody knows yet in which encoding
 * they are.
 */
public final class Startup {
  private final int version;

  /** One character a byte. */
  private final Map<String, String> parameters;

  private Startup(int version, Map<String, String> parameters) {
    this.version = version;
    this.parameters = Collections.unmodifiableMap(parameters);
  }

  /**
   * Reads a message of version 3.
   *
   * @throws MalformedMessageException if it is none
   */
  static Startup parse(Buffer message) {
    Map<String, String> parameters = new LinkedHashMap<>();
    int place = 8;
    while (true) {
      int end = end(message, place);
      if (end == place) {
        if (end + 1 != message.length()) {
          throw malformed("expected terminator as last byte");
        }
        return new Startup(message.getInt(4), parameters);
      }
      int valueEnd = end(message, end + 1);
      parameters.put(bytes(message, place, end), bytes(message, end + 1, valueEnd));
      place = valueEnd + 1;
    }
  }

  private static int end(Buffer message, int place) {
    for (int i = place; i < message.length(); i++) {
      if (message.getByte(i) == 0) {
        return i;
      }
    }
    throw malformed("a text has no end");
  }

  private static String bytes(Buffer message, int start, int end) {
    return message.getString(start, end, StandardCharsets.ISO_8859_1.name());
  }

  private static MalformedMessageException malformed(String reason) {
    return new MalformedMessageException("invalid startup packet layout: " + reason);
  }

  /**
   * The value of a parameter; empty if it was not given.
   *
   * @throws MalformedMessageException if it is no UTF-8
   */
  public Optional<String> parameter(String name) {
    String bytes = parameters.get(name);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
              .toString());
    } catch (CharacterCodingException e) {
      throw new MalformedMessageException("the value of " + name + " is no UTF-8");
    }
  }

  /** The same with other values of these parameters. */
  public Startup with(Map<String, String> others) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    others.forEach((name, value) -> all.put(encoded(name), encoded(value)));
    return new Startup(version, all);
  }

  private static String encoded(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** As it is sent. */
  public Buffer toBuffer() {
    Buffer body = Buffer.buffer().appendInt(version);
    parameters.forEach((name, value) -> {
      append(body, name);
      append(body, value);
    });
    body.appendByte((byte) 0);
    return Buffer.buffer().appendInt(body.length() + 4).appendBuffer(body);
  }

  private static void append(Buffer body, String bytes) {
    body.appendBytes(bytes.getBytes(StandardCharsets.ISO_8859_1)).appendByte((byte) 0);
  }

  /** Shows no values. */
  @Override
  public String toString() {
    return "Startup" + parameters.keySet();
  }
}
