package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** Takes messages with a type out of bytes as they arrive. Not thread-safe. */
public final class MessageReader {
  /** What a database says until a session is ready is short. */
  private static final int LONGEST = 1 << 20;

  private Buffer bytes = Buffer.buffer();

  /** More bytes have arrived. */
  public void add(Buffer more) {
    bytes = bytes.length() == 0 ? more : bytes.appendBuffer(more);
  }

  /**
   * The next message, with its type and its length; empty if it is not there yet.
   *
   * @throws MalformedMessageException if it can be none
   */
  public Optional<Buffer> next() {
    if (bytes.length() < 5) {
      return Optional.empty();
    }
    int length = bytes.getInt(1);
    if (length < 4 || length > LONGEST) {
      throw new MalformedMessageException("a message of the database has the length " + length);
    }
    if (bytes.length() < length + 1) {
      return Optional.empty();
    }
    Buffer message = bytes.getBuffer(0, length + 1);
    bytes = bytes.getBuffer(length + 1, bytes.length());
    return Optional.of(message);
  }

  /** What is there of the messages that follow. */
  public Buffer rest() {
    return bytes;
  }
}
