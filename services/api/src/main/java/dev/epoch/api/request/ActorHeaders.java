package dev.epoch.api.request;

import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.events.Actor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Who asks, as headers tell it. */
final class ActorHeaders {
  private static final int LONGEST = 320;

  private ActorHeaders() {}

  /**
   * @throws InvalidRequestException for an actor that only the server is
   */
  static Actor actor(String id, String name, String email) {
    String identity = first(id, email, name, Actor.ANONYMOUS.id());
    if (identity.regionMatches(true, 0, Actor.OWN, 0, Actor.OWN.length())) {
      throw new InvalidRequestException(
          new FieldProblem(
              "value_error",
              List.of("header", "X-User-Id"),
              "Ids that begin with '" + Actor.OWN + "' are the server's own",
              Map.of()));
    }
    return new Actor(identity, first(name, ""), first(email, ""));
  }

  private static String first(String... candidates) {
    for (String candidate : candidates) {
      if (candidate != null && !candidate.isBlank()) {
        return candidate.strip();
      }
    }
    return "";
  }

  /**
   * The value of a header. What is not ASCII comes percent-encoded, as UTF-8; a percent sign that
   * no such code follows stands for itself. Control characters are left out.
   */
  static String text(String header) {
    if (header == null) {
      return null;
    }
    String decoded = decode(header);
    String visible = decoded.replaceAll("\\p{Cntrl}", "");
    return visible.length() > LONGEST ? visible.substring(0, LONGEST) : visible;
  }

  private static String decode(String header) {
    if (header.indexOf('%') < 0) {
      return header;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(header.length());
    for (int i = 0; i < header.length(); i++) {
      boolean code = header.charAt(i) == '%' && i + 2 < header.length();
      int high = code ? Character.digit(header.charAt(i + 1), 16) : -1;
      int low = code ? Character.digit(header.charAt(i + 2), 16) : -1;
      if (high >= 0 && low >= 0) {
        bytes.write(high * 16 + low);
        i += 2;
      } else {
        bytes.writeBytes(String.valueOf(header.charAt(i)).getBytes(StandardCharsets.UTF_8));
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException notUtf8) {
      return header;
    }
  }
}
