package dev.epoch.api.rows;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text in UTF-8. Bytes that are none end it with a {@link TextFormatException} that says in which
 * line, behind all that stands before them.
 */
final class Utf8Text extends Reader {
  private static final int BUFFER = 1 << 16;

  private final InputStream bytes;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer read = ByteBuffer.allocate(BUFFER).flip();
  private final CharBuffer text = CharBuffer.allocate(BUFFER).flip();
  private long line = 1;
  private boolean afterReturn;
  private boolean ended;
  private boolean malformed;

  Utf8Text(InputStream bytes) {
    this.bytes = bytes;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    while (!text.hasRemaining()) {
      if (malformed) {
        throw new TextFormatException(line, "its bytes are not text in UTF-8");
      }
      if (ended && !read.hasRemaining()) {
        return -1;
      }
      decode();
    }
    int count = Math.min(length, text.remaining());
    text.get(target, offset, count);
    return count;
  }

  private void decode() throws IOException {
    if (!ended) {
      read.compact();
      int got = bytes.read(read.array(), read.position(), read.remaining());
      ended = got < 0;
      read.position(read.position() + Math.max(0, got));
      read.flip();
    }
    text.clear();
    CoderResult result = decoder.decode(read, text, ended);
    malformed = result.isError();
    text.flip();
    count();
  }

  private void count() {
    for (int i = text.position(); i < text.limit(); i++) {
      char c = text.get(i);
      if (c == '\r' || c == '\n' && !afterReturn) {
        line++;
      }
      afterReturn = c == '\r';
    }
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
