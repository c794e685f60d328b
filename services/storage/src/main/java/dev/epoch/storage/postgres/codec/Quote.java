package dev.epoch.storage.postgres.codec;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Collectors;

/** Names and values as parts of an SQL text. The only place that does so. */
public final class Quote {
  /** Longest name that PostgreSQL keeps; it cuts longer ones silently. */
  public static final int LONGEST_NAME = 63;

  private Quote() {}

  /**
   * A name in double quotes. Fails with {@link IllegalArgumentException} for what PostgreSQL could
   * not keep as it is: the empty name, names over 63 bytes, names with a zero byte.
   */
  public static String identifier(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("A name is empty");
    }
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A name holds a zero byte");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "The name " + name.substring(0, Math.min(20, name.length())) + "... is over 63 bytes");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** {@code "schema"."name"}. */
  public static String qualified(String schema, String name) {
    return identifier(schema) + '.' + identifier(name);
  }

  /** Names in double quotes, separated by commas. */
  public static String identifiers(Collection<String> names) {
    return names.stream().map(Quote::identifier).collect(Collectors.joining(", "));
  }

  /**
   * A text in single quotes, whatever {@code standard_conforming_strings} says; {@code NULL} for
   * null. Fails with {@link IllegalArgumentException} for a zero byte.
   */
  public static String literal(String text) {
    if (text == null) {
      return "NULL";
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A text holds a zero byte, which PostgreSQL cannot keep");
    }
    String quoted = text.replace("'", "''");
    return quoted.indexOf('\\') < 0
        ? "'" + quoted + "'"
        : " E'" + quoted.replace("\\", "\\\\") + "'";
  }
}
