package dev.epoch.storage.sqlite;

import java.util.ArrayList;
import java.util.List;

/** The words of a statement of SQLite: names, texts, numbers and signs, without comments. */
final class SqliteTokens {
  /**
   * A word.
   *
   * @param text as it stands there
   * @param from place of its first character
   * @param to behind its last
   * @param quoted whether it is a name in quotes, or a text
   */
  record Token(String text, int from, int to, boolean quoted) {
    boolean is(String word) {
      return !quoted && text.equalsIgnoreCase(word);
    }

    /** The name that it is. */
    String name() {
      if (!quoted) {
        return text;
      }
      char close = text.charAt(text.length() - 1);
      String inner = text.substring(1, text.length() - 1);
      return close == ']' ? inner : inner.replace("" + close + close, "" + close);
    }
  }

  private SqliteTokens() {}

  static List<Token> of(String sql) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < sql.length()) {
      char c = sql.charAt(at);
      int from = at;
      if (Character.isWhitespace(c)) {
        at++;
      } else if (sql.startsWith("--", at)) {
        int end = sql.indexOf('\n', at);
        at = end < 0 ? sql.length() : end + 1;
      } else if (sql.startsWith("/*", at)) {
        int end = sql.indexOf("*/", at + 2);
        at = end < 0 ? sql.length() : end + 2;
      } else if (c == '"' || c == '\'' || c == '`' || c == '[') {
        at = quotedEnd(sql, at, c == '[' ? ']' : c);
        tokens.add(new Token(sql.substring(from, at), from, at, true));
      } else if (isWord(c)) {
        while (at < sql.length() && isWord(sql.charAt(at))) {
          at++;
        }
        tokens.add(new Token(sql.substring(from, at), from, at, false));
      } else {
        at++;
        tokens.add(new Token(sql.substring(from, at), from, at, false));
      }
    }
    return tokens;
  }

  private static boolean isWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 127;
  }

  private static int quotedEnd(String sql, int from, char close) {
    int at = from + 1;
    while (at < sql.length()) {
      if (sql.charAt(at) == close) {
        if (close != ']' && at + 1 < sql.length() && sql.charAt(at + 1) == close) {
          at++;
        } else {
          return at + 1;
        }
      }
      at++;
    }
    return sql.length();
  }

  /**
   * The parts between commas of the list in parentheses that begins at or behind a token.
   *
   * @return each as its tokens; empty if there is no list
   */
  static List<List<Token>> list(List<Token> tokens, int from) {
    List<List<Token>> parts = new ArrayList<>();
    List<Token> part = new ArrayList<>();
    int depth = 0;
    for (Token token : tokens.subList(from, tokens.size())) {
      if (token.is(")") && --depth == 0) {
        parts.add(part);
        return parts;
      }
      if (depth == 1 && token.is(",")) {
        parts.add(part);
        part = new ArrayList<>();
      } else if (depth > 0) {
        part.add(token);
      }
      if (token.is("(")) {
        depth++;
      }
    }
    return parts;
  }

  /** What stands between the parentheses that open at a token, as it was written. */
  static String inside(String sql, List<Token> tokens, int open) {
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      if (tokens.get(i).is("(")) {
        depth++;
      } else if (tokens.get(i).is(")") && --depth == 0) {
        return sql.substring(tokens.get(open).to(), tokens.get(i).from()).strip();
      }
    }
    return "";
  }
}
