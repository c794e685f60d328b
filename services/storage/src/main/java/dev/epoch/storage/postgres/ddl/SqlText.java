package dev.epoch.storage.postgres.ddl;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names in texts that a database printed. */
public final class SqlText {
  /** Names of relations as values, strings, dollar quotes, quoted names, names, anything else. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<relation>'(?:[^']|'')*'(?=::regclass))|(?<string>'(?:[^']|'')*')|(?<dollar>\\$(?<tag>\\w*)\\$.*?\\$\\k<tag>\\$)"
              + "|(?<quoted>\"(?:[^\"]|\"\")*\")|(?<name>[\\p{L}_][\\p{L}\\p{N}_$]*)|(?<rest>.)",
          Pattern.DOTALL);

  private SqlText() {}

  /** Whether one of the names occurs outside of strings. */
  public static boolean mentions(String sql, Set<String> names) {
    if (sql == null || names.isEmpty()) {
      return false;
    }
    Matcher token = TOKEN.matcher(sql);
    while (token.find()) {
      String name = name(token);
      if (name != null && names.contains(name)) {
        return true;
      }
    }
    return false;
  }

  /** The text with names replaced outside of strings. */
  static String renamed(String sql, Map<String, String> names) {
    if (sql == null || names.isEmpty()) {
      return sql;
    }
    return replaced(sql, name -> names.getOrDefault(name, name));
  }

  private static String replaced(String sql, UnaryOperator<String> names) {
    StringBuilder text = new StringBuilder();
    Matcher token = TOKEN.matcher(sql);
    while (token.find()) {
      String name = name(token);
      String other = name == null ? null : names.apply(name);
      text.append(name == null || other.equals(name) ? token.group() : Names.quote(other));
    }
    return text.toString();
  }

  /**
   * The text with a schema that qualifies names replaced by another, or taken away.
   *
   * @param to null to leave names without a schema
   */
  public static String inSchema(String sql, String from, String to) {
    StringBuilder text = new StringBuilder();
    Matcher token = TOKEN.matcher(sql);
    boolean afterDot = false;
    while (token.find()) {
      String name = name(token);
      boolean qualifies =
          name != null
              && name.equals(from)
              && !afterDot
              && token.end() + 1 < sql.length()
              && sql.charAt(token.end()) == '.';
      if (token.group("relation") != null) {
        text.append('\'').append(inSchema(inside(token.group()), from, to)).append('\'');
      } else if (!qualifies) {
        text.append(token.group());
      } else if (to != null) {
        text.append(Names.quote(to));
      } else {
        token.find();
      }
      afterDot = !qualifies && token.group().equals(".");
    }
    return text.toString();
  }

  private static String name(Matcher token) {
    if (token.group("name") != null) {
      return token.group();
    }
    String quoted = token.group("quoted");
    return quoted == null ? null : inside(quoted).replace("\"\"", "\"");
  }

  private static String inside(String quoted) {
    return quoted.substring(1, quoted.length() - 1);
  }
}
