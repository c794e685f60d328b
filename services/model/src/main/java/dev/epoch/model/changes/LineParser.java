package dev.epoch.model.changes;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link JsonLine} writes, and nothing else: arrays of texts, nulls and arrays, without
 * spaces, each line ended by a line feed. A text without escapes, and most are, is one look at each
 * byte and one copy.
 *
 * <p>Every method throws {@link IllegalArgumentException} where the bytes are something else.
 */
final class LineParser {
  private final byte[] bytes;
  private int at;

  LineParser(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Skips the first line, a JSON object. */
  void skipHeading() {
    if (bytes.length == 0 || bytes[0] != '{') {
      throw wrong("a heading");
    }
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    expect('\n');
  }

  boolean atEnd() {
    return at == bytes.length;
  }

  void open() {
    expect('[');
  }

  void close() {
    expect(']');
  }

  void separator() {
    expect(',');
  }

  void endOfLine() {
    expect('\n');
  }

  boolean isNull() {
    if (at + 3 < bytes.length
        && bytes[at] == 'n'
        && bytes[at + 1] == 'u'
        && bytes[at + 2] == 'l'
        && bytes[at + 3] == 'l') {
      at += 4;
      return true;
    }
    return false;
  }

  /** Whether the array that is read has another element; reads the comma or the bracket. */
  boolean another(boolean first) {
    if (at < bytes.length && bytes[at] == ']') {
      at++;
      return false;
    }
    if (!first) {
      separator();
    }
    return true;
  }

  /** An array of texts, or null. */
  String[] textsOrNull(int sizeHint) {
    return isNull() ? null : texts(sizeHint);
  }

  String[] texts(int sizeHint) {
    open();
    String[] texts = new String[sizeHint];
    int count = 0;
    while (another(count == 0)) {
      if (count == texts.length) {
        texts = Arrays.copyOf(texts, Math.max(4, 2 * count));
      }
      texts[count++] = textOrNull();
    }
    return count == texts.length ? texts : Arrays.copyOf(texts, count);
  }

  String textOrNull() {
    return isNull() ? null : text();
  }

  String text() {
    expect('"');
    int start = at;
    boolean ascii = true;
    while (at < bytes.length) {
      byte b = bytes[at];
      if (b == '"') {
        String text = plain(start, at, ascii);
        at++;
        return text;
      }
      if (b == '\\') {
        return escaped(start);
      }
      ascii &= b >= 0;
      at++;
    }
    throw wrong("the end of a text");
  }

  private String escaped(int begin) {
    StringBuilder text = new StringBuilder();
    int start = begin;
    while (at < bytes.length) {
      byte b = bytes[at];
      if (b == '"') {
        text.append(plain(start, at, false));
        at++;
        return text.toString();
      }
      if (b == '\\') {
        text.append(plain(start, at, false)).append(escape());
        start = at;
      } else {
        at++;
      }
    }
    throw wrong("the end of a text");
  }

  private char escape() {
    at++;
    if (at < bytes.length) {
      switch (bytes[at++]) {
        case '"' -> {
          return '"';
        }
        case '\\' -> {
          return '\\';
        }
        case 'n' -> {
          return '\n';
        }
        case 't' -> {
          return '\t';
        }
        case 'u' -> {
          return unicode();
        }
        default -> {}
      }
    }
    throw wrong("an escape");
  }

  private char unicode() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < bytes.length ? Character.digit(bytes[at++], 16) : -1;
      if (digit < 0) {
        throw wrong("four hexadecimal digits");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }

  private String plain(int from, int to, boolean ascii) {
    if (ascii) {
      return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf('\ufffd') >= 0) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      } catch (CharacterCodingException e) {
        throw wrong("UTF-8");
      }
    }
    return text;
  }

  private void expect(char c) {
    if (at >= bytes.length || bytes[at] != c) {
      throw wrong(c == '\n' ? "the end of a line" : "'" + c + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException("expected " + expected + " at byte " + at);
  }
}
