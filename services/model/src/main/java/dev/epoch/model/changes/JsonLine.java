package dev.epoch.model.changes;

import java.util.Arrays;
import java.util.List;

/**
 * One line of nested JSON arrays of texts and nulls, as UTF-8 bytes. Halves of surrogate pairs,
 * which UTF-8 cannot hold, are escaped. The buffer is used again for the next line.
 */
final class JsonLine {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };
  private static final int LONGEST_PER_CHAR = 6;

  private byte[] bytes = new byte[4096];
  private int length;
  private boolean first;

  JsonLine begin() {
    length = 0;
    first = true;
    return this;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  JsonLine open() {
    separate();
    bytes[length++] = '[';
    first = true;
    return this;
  }

  JsonLine close() {
    reserve(1);
    bytes[length++] = ']';
    first = false;
    return this;
  }

  JsonLine end() {
    reserve(1);
    bytes[length++] = '\n';
    return this;
  }

  /** An array of texts, or null. */
  JsonLine texts(List<String> values) {
    if (values == null) {
      return nothing();
    }
    open();
    for (int i = 0; i < values.size(); i++) {
      text(values.get(i));
    }
    return close();
  }

  JsonLine nothing() {
    separate();
    reserve(4);
    bytes[length++] = 'n';
    bytes[length++] = 'u';
    bytes[length++] = 'l';
    bytes[length++] = 'l';
    return this;
  }

  JsonLine text(String value) {
    if (value == null) {
      return nothing();
    }
    separate();
    int chars = value.length();
    reserve(Math.addExact(2, Math.multiplyExact(LONGEST_PER_CHAR, chars)));
    byte[] target = bytes;
    int at = length;
    target[at++] = '"';
    for (int i = 0; i < chars; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        if (c >= ' ' && c != '"' && c != '\\') {
          target[at++] = (byte) c;
        } else {
          at = escaped(target, at, c);
        }
      } else if (c < 0x800) {
        target[at++] = (byte) (0xC0 | c >> 6);
        target[at++] = (byte) (0x80 | c & 0x3F);
      } else if (!Character.isSurrogate(c)) {
        target[at++] = (byte) (0xE0 | c >> 12);
        target[at++] = (byte) (0x80 | c >> 6 & 0x3F);
        target[at++] = (byte) (0x80 | c & 0x3F);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < chars
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        int point = Character.toCodePoint(c, value.charAt(++i));
        target[at++] = (byte) (0xF0 | point >> 18);
        target[at++] = (byte) (0x80 | point >> 12 & 0x3F);
        target[at++] = (byte) (0x80 | point >> 6 & 0x3F);
        target[at++] = (byte) (0x80 | point & 0x3F);
      } else {
        at = unicode(target, at, c);
      }
    }
    target[at++] = '"';
    length = at;
    return this;
  }

  private static int escaped(byte[] target, int start, char c) {
    int at = start;
    switch (c) {
      case '"', '\\' -> {
        target[at++] = '\\';
        target[at++] = (byte) c;
      }
      case '\n' -> {
        target[at++] = '\\';
        target[at++] = 'n';
      }
      case '\t' -> {
        target[at++] = '\\';
        target[at++] = 't';
      }
      default -> at = unicode(target, at, c);
    }
    return at;
  }

  private static int unicode(byte[] target, int start, char c) {
    int at = start;
    target[at++] = '\\';
    target[at++] = 'u';
    target[at++] = HEX[c >> 12];
    target[at++] = HEX[c >> 8 & 0xF];
    target[at++] = HEX[c >> 4 & 0xF];
    target[at++] = HEX[c & 0xF];
    return at;
  }

  private void separate() {
    reserve(2);
    if (!first) {
      bytes[length++] = ',';
    }
    first = false;
  }

  private void reserve(int more) {
    int needed = Math.addExact(length, more);
    if (needed > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * bytes.length)));
    }
  }
}
