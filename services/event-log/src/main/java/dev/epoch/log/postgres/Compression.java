package dev.epoch.log.postgres;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How content is stored: deflated (RFC 1951) at a fast level, or as it is where that is not
 * shorter.
 */
record Compression(short kind, byte[] bytes) {
  static final short NONE = 0;
  static final short DEFLATE = 1;

  /** At least this much is allocated for what is inflated. */
  private static final int BUFFER_BYTES = 8192;

  static Compression of(byte[] content) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    try {
      deflater.setInput(content);
      deflater.finish();
      byte[] shorter = new byte[content.length];
      int length = deflater.deflate(shorter);
      return deflater.finished() && length < content.length
          ? new Compression(DEFLATE, Arrays.copyOf(shorter, length))
          : new Compression(NONE, content);
    } finally {
      deflater.end();
    }
  }

  /**
   * The content, or nothing if the bytes are no such content.
   *
   * @param maxBytes of the content; longer content is nothing
   */
  Optional<byte[]> content(int maxBytes) {
    return switch (kind) {
      case NONE -> bytes.length <= maxBytes ? Optional.of(bytes) : Optional.empty();
      case DEFLATE -> inflate(maxBytes);
      default -> Optional.empty();
    };
  }

  private Optional<byte[]> inflate(int maxBytes) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(bytes);
      byte[] content =
          new byte[(int) Math.min(maxBytes, Math.max(BUFFER_BYTES, bytes.length * 4L))];
      int length = 0;
      while (true) {
        int got = inflater.inflate(content, length, content.length - length);
        length += got;
        if (inflater.finished()) {
          return Optional.of(Arrays.copyOf(content, length));
        }
        if (length == content.length && length < maxBytes) {
          content = Arrays.copyOf(content, (int) Math.min(maxBytes, content.length * 2L));
        } else if (got == 0) {
          return Optional.empty();
        }
      }
    } catch (DataFormatException e) {
      return Optional.empty();
    } finally {
      inflater.end();
    }
  }
}
