package dev.epoch.wire.message;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Messages of the database about the login of a client. */
public final class Authentication {
  private static final int SASL = 10;
  private static final String BOUND = "-PLUS";

  private Authentication() {}

  /**
   * The same without ways to log in that are bound to the channel: TLS ends at the gateway, so that
   * the client and the database see two channels.
   */
  public static Buffer withoutChannelBinding(Buffer message) {
    if (message.length() < 9 || message.getInt(5) != SASL) {
      return message;
    }
    List<String> kept = new ArrayList<>();
    for (String mechanism : mechanisms(message)) {
      if (!mechanism.endsWith(BOUND)) {
        kept.add(mechanism);
      }
    }
    Buffer body = Buffer.buffer().appendInt(SASL);
    kept.forEach(mechanism -> body.appendString(mechanism).appendByte((byte) 0));
    body.appendByte((byte) 0);
    return Buffer.buffer().appendByte((byte) 'R').appendInt(body.length() + 4).appendBuffer(body);
  }

  /** Whether the database offers ways to log in that are bound to the channel. */
  public static boolean offersChannelBinding(Buffer message) {
    return message.length() >= 9
        && message.getInt(5) == SASL
        && mechanisms(message).stream().anyMatch(mechanism -> mechanism.endsWith(BOUND));
  }

  private static List<String> mechanisms(Buffer message) {
    List<String> mechanisms = new ArrayList<>();
    for (String name :
        message.getString(9, message.length(), StandardCharsets.US_ASCII.name()).split("\0")) {
      if (!name.isEmpty()) {
        mechanisms.add(name);
      }
    }
    return mechanisms;
  }

  /**
   * Whether the client, in the first message of SCRAM, says that it would bind the login to the
   * channel if the database could: a database that can takes that for an attack.
   */
  public static boolean missesChannelBinding(Buffer sent) {
    // type, length, mechanism with its end, length of the data, data: "y,,n=..."
    if (sent.length() < 6 || sent.getByte(0) != 'p') {
      return false;
    }
    int end = 5;
    while (end < sent.length() && sent.getByte(end) != 0) {
      end++;
    }
    return sent.getString(5, end, StandardCharsets.US_ASCII.name()).startsWith("SCRAM-")
        && end + 5 < sent.length()
        && sent.getByte(end + 5) == 'y';
  }
}
