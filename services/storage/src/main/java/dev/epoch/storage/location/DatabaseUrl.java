package dev.epoch.storage.location;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a URL of a database, decoded; what is not there is null.
 *
 * <pre>
 *   scheme://user:password@host:port/path/path?name=value&amp;name=value
 * </pre>
 *
 * Parts are percent-encoded where they hold characters of the URL; a plus sign is a plus sign, and
 * an at sign in a password needs no encoding.
 *
 * @param port as it is written
 * @param path its parts, at most two: what follows the second slash is one
 * @param parameters in the order in which they stand
 */
public record DatabaseUrl(
    String user,
    String password,
    String host,
    String port,
    List<String> path,
    Map<String, String> parameters) {

  /**
   * Reads a URL.
   *
   * @param schemes of which it has one
   * @throws IllegalArgumentException if it is none; the message, which goes on from "it cannot be
   *     used:", holds no part of the URL
   */
  public static DatabaseUrl parse(String url, Collection<String> schemes) {
    String rest = withoutScheme(url, schemes);
    int question = rest.indexOf('?');
    String front = question < 0 ? rest : rest.substring(0, question);
    int slash = front.indexOf('/');
    String authority = slash < 0 ? front : front.substring(0, slash);
    int at = authority.lastIndexOf('@');
    String login = at < 0 ? null : authority.substring(0, at);
    int secret = login == null ? -1 : login.indexOf(':');
    String address = authority.substring(at + 1);
    boolean brackets = address.startsWith("[");
    int colon = brackets ? address.indexOf("]:") + 1 : address.lastIndexOf(':');
    boolean hasPort = brackets ? colon > 0 : colon >= 0;
    String host = hasPort ? address.substring(0, colon) : address;
    if (brackets && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new DatabaseUrl(
        login == null ? null : decoded(secret < 0 ? login : login.substring(0, secret)),
        secret < 0 ? null : decoded(login.substring(secret + 1)),
        host.isEmpty() ? null : decoded(host),
        hasPort && colon + 1 < address.length() ? address.substring(colon + 1) : null,
        slash < 0 ? List.of() : path(front.substring(slash + 1)),
        parameters(question < 0 ? "" : rest.substring(question + 1)));
  }

  /** The part of the path, null if it is not there or empty. */
  public String path(int index) {
    return index < path.size() && !path.get(index).isEmpty() ? path.get(index) : null;
  }

  private static String withoutScheme(String url, Collection<String> schemes) {
    for (String scheme : schemes) {
      if (url.startsWith(scheme + "://")) {
        return url.substring(scheme.length() + 3);
      }
    }
    throw new IllegalArgumentException(
        "it does not start with " + schemes.iterator().next() + "://");
  }

  private static List<String> path(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", 2)) {
      parts.add(decoded(part));
    }
    return List.copyOf(parts);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String parameter : query.split("&")) {
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException("a parameter has no value; write name=value");
        }
        parameters.put(
            decoded(parameter.substring(0, equals)), decoded(parameter.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    ByteBuffer bytes = ByteBuffer.allocate(text.length() * 4);
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      if (point == '%') {
        bytes.put((byte) hexadecimal(text, i + 1));
        i += 3;
      } else {
        bytes.put(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(point);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("its percent-encoding is no UTF-8", e);
    }
  }

  private static int hexadecimal(String text, int start) {
    if (start + 2 <= text.length()) {
      int high = Character.digit(text.charAt(start), 16);
      int low = Character.digit(text.charAt(start + 1), 16);
      if (high >= 0 && low >= 0) {
        return high * 16 + low;
      }
    }
    throw new IllegalArgumentException(
        "a percent sign is not followed by two hexadecimal digits; write %25 for it");
  }

  /** Shows nothing: a password may be in it. */
  @Override
  public String toString() {
    return "DatabaseUrl[...]";
  }
}
