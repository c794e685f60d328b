package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;

/** What a client may say first: a message without a type, told by a number after its length. */
public sealed interface FirstMessage {
  /** PostgreSQL's own limit for what may come before a login. */
  int LONGEST = 10_000;

  int SSL_REQUEST = 80877103;
  int GSS_REQUEST = 80877104;
  int CANCEL_REQUEST = 80877102;
  int VERSION_3 = 3;

  /** Asks for TLS; one byte answers. */
  record SslRequest() implements FirstMessage {}

  /** Asks for encryption by GSSAPI; one byte answers. */
  record GssRequest() implements FirstMessage {}

  /**
   * Asks for the end of what a session does.
   *
   * @param key of the session: the payload of its BackendKeyData
   */
  record CancelRequest(Buffer key) implements FirstMessage {
    /** As it is sent. */
    public Buffer toBuffer() {
      return Buffer.buffer()
          .appendInt(8 + key.length())
          .appendInt(CANCEL_REQUEST)
          .appendBuffer(key);
    }
  }

  /** Begins a session in another version of the protocol. */
  record OtherVersion(int major, int minor) implements FirstMessage {}

  /** Begins a session. */
  record Start(Startup startup) implements FirstMessage {}

  /**
   * The length of the message that bytes begin with, -1 if they do not say it yet.
   *
   * @throws MalformedMessageException if it can be none
   */
  static int length(Buffer bytes) {
    if (bytes.length() < 4) {
      return -1;
    }
    int length = bytes.getInt(0);
    if (length < 8 || length > LONGEST) {
      throw new MalformedMessageException("invalid length of startup packet");
    }
    return length;
  }

  /**
   * Reads a whole message.
   *
   * @throws MalformedMessageException if it is none
   */
  static FirstMessage parse(Buffer message) {
    int code = message.getInt(4);
    return switch (code) {
      case SSL_REQUEST -> {
        requireLength(message, 8);
        yield new SslRequest();
      }
      case GSS_REQUEST -> {
        requireLength(message, 8);
        yield new GssRequest();
      }
      case CANCEL_REQUEST -> {
        // a process and a secret of 4 bytes, since version 3.2 up to 256
        if (message.length() < 16 || message.length() > 12 + 256) {
          throw new MalformedMessageException("invalid length of cancel request");
        }
        yield new CancelRequest(message.getBuffer(8, message.length()));
      }
      default ->
          code >>> 16 == VERSION_3
              ? new Start(Startup.parse(message))
              : new OtherVersion(code >>> 16, code & 0xffff);
    };
  }

  private static void requireLength(Buffer message, int length) {
    if (message.length() != length) {
      throw new MalformedMessageException("invalid length of startup packet");
    }
  }
}
