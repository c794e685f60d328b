package dev.epoch.storage.postgres.schema;

import java.util.regex.Pattern;

/** Names as PostgreSQL prints them: in double quotes where they need them. */
final class SqlName {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

  private SqlName() {}

  static String quoted(String name) {
    return PLAIN.matcher(name).matches() ? name : quotedAlways(name);
  }

  static String quotedAlways(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
