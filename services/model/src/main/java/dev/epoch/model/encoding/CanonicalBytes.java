package dev.epoch.model.encoding;

import dev.epoch.events.Digest;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes written so that different values never give the same bytes: every part has a fixed length
 * or is preceded by its length.
 *
 * <pre>
 *   int      4 bytes, big endian
 *   long     8 bytes, big endian
 *   digest  32 bytes
 *   text     int: number of bytes n, then n bytes
 *            UTF-8; a surrogate without its partner, which UTF-8 cannot hold, as the three bytes
 *            that UTF-8 would give its number, so that no two strings share their bytes
 * </pre>
 *
 * The buffer grows as needed and is used again after {@link #reset()}. Not for several threads.
 */
public final class CanonicalBytes {
  private byte[] bytes;
  private int length;

  public CanonicalBytes() {
    this(512);
  }

  public CanonicalBytes(int capacity) {
    bytes = new byte[capacity];
  }

  public CanonicalBytes reset() {
    length = 0;
    return this;
  }

  public int length() {
    return length;
  }

  public CanonicalBytes integer(int value) {
    reserve(4);
    putInteger(length, value);
    length += 4;
    return this;
  }

  public CanonicalBytes longInteger(long value) {
    return integer((int) (value >>> 32)).integer((int) value);
  }

  public CanonicalBytes flag(boolean value) {
    reserve(1);
    bytes[length++] = (byte) (value ? 1 : 0);
    return this;
  }

  public CanonicalBytes digest(Digest digest) {
    return raw(HexFormat.of().parseHex(digest.hex()));
  }

  public CanonicalBytes raw(byte[] part) {
    reserve(part.length);
    System.arraycopy(part, 0, bytes, length, part.length);
    length += part.length;
    return this;
  }

  /** A text that may be absent: a flag, then the text if there is one. */
  public CanonicalBytes optionalText(String text) {
    flag(text != null);
    return text == null ? this : text(text);
  }

  public CanonicalBytes text(String text) {
    int chars = text.length();
    reserve(Math.addExact(4, Math.multiplyExact(3, chars)));
    byte[] target = bytes;
    int at = length + 4;
    int i = 0;
    for (; i < chars; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        break;
      }
      target[at++] = (byte) c;
    }
    for (; i < chars; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at++] = (byte) (0xC0 | c >> 6);
        target[at++] = (byte) (0x80 | c & 0x3F);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < chars
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        target[at++] = (byte) (0xF0 | point >> 18);
        target[at++] = (byte) (0x80 | point >> 12 & 0x3F);
        target[at++] = (byte) (0x80 | point >> 6 & 0x3F);
        target[at++] = (byte) (0x80 | point & 0x3F);
      } else {
        target[at++] = (byte) (0xE0 | c >> 12);
        target[at++] = (byte) (0x80 | c >> 6 & 0x3F);
        target[at++] = (byte) (0x80 | c & 0x3F);
      }
    }
    putInteger(length, at - length - 4);
    length = at;
    return this;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  public void addTo(MessageDigest digest) {
    digest.update(bytes, 0, length);
  }

  public Digest sha256() {
    MessageDigest digest = Digest.sha256();
    addTo(digest);
    return new Digest(HexFormat.of().formatHex(digest.digest()));
  }

  private void putInteger(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
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
