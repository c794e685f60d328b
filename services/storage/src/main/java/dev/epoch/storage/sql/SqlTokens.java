package dev.epoch.storage.sql;

import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.sql.SqlToken.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes statements apart as PostgreSQL's scanner does (chapter "Lexical Structure" of its manual):
 * comments and space are left out.
 */
public final class SqlTokens {
  private final String text;
  private final List<SqlToken> tokens = new ArrayList<>();
  private int position;

  private SqlTokens(String text) {
    this.text = text;
  }

  /**
   * The pieces of a text, in order. Fails with {@link QueryRefusedException} for strings, quoted
   * names and comments that do not end.
   */
  public static List<SqlToken> of(String text) {
    SqlTokens scanner = new SqlTokens(text);
    scanner.scan();
    return scanner.tokens;
  }

  private void scan() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (isSpace(c)) {
        position++;
      } else if (text.startsWith("--", position)) {
        skipLineComment();
      } else if (text.startsWith("/*", position)) {
        skipBlockComment();
      } else if (isNameStart(c)) {
        word();
      } else {
        switch (c) {
          case '\'' -> string(position, false);
          case '"' -> quotedName(position, Kind.QUOTED_NAME);
          case '$' -> dollar();
          default -> {
            if (isDigit(c)) {
              number();
            } else {
              position++;
              add(Kind.SYMBOL, position - 1, String.valueOf(c));
            }
          }
        }
      }
    }
  }

  private void add(Kind kind, int start, String value) {
    tokens.add(new SqlToken(kind, start, position, value));
  }

  private void word() {
    int start = position;
    while (position < text.length() && isNamePart(text.charAt(position))) {
      position++;
    }
    String word = text.substring(start, position);
    char next = position < text.length() ? text.charAt(position) : ' ';
    if (next == '\'' && word.equalsIgnoreCase("e")) {
      string(start, true);
    } else if (next == '&' && word.equalsIgnoreCase("u") && text.startsWith("&\"", position)) {
      position++;
      quotedName(start, Kind.ESCAPED_NAME);
    } else {
      add(Kind.WORD, start, foldCase(word));
    }
  }

  /** As PostgreSQL folds names in UTF-8: ASCII letters only. */
  private static String foldCase(String word) {
    StringBuilder folded = new StringBuilder(word);
    for (int i = 0; i < folded.length(); i++) {
      char c = folded.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        folded.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return folded.toString();
  }

  /** Numbers swallow what looks like part of them, so that {@code 1$2} is no parameter. */
  private void number() {
    int start = position;
    while (position < text.length()
        && (isNamePart(text.charAt(position)) || text.charAt(position) == '.')) {
      position++;
    }
    add(Kind.NUMBER, start, text.substring(start, position));
  }

  /** A string, with those that continue it on later lines. */
  private void string(int start, boolean escapes) {
    StringBuilder value = new StringBuilder();
    do {
      position++;
      while (true) {
        if (position >= text.length()) {
          throw refused("A string is not closed");
        }
        char c = text.charAt(position);
        if (c == '\\' && escapes) {
          position += 2;
        } else if (c == '\'' && text.startsWith("''", position)) {
          value.append(c);
          position += 2;
        } else if (c == '\'') {
          position++;
          break;
        } else {
          value.append(c);
          position++;
        }
      }
    } while (continued());
    if (escapes) {
      add(Kind.OTHER_STRING, start, text.substring(start, position));
    } else {
      add(Kind.STRING, start, value.toString());
    }
  }

  /** Moves to the next part of a string, if a line break and then a quote follow. */
  private boolean continued() {
    int start = position;
    boolean newLine = false;
    while (position < text.length()) {
      char c = text.charAt(position);
      if (isSpace(c)) {
        newLine |= c == '\n' || c == '\r';
        position++;
      } else if (text.startsWith("--", position)) {
        skipLineComment();
      } else if (c == '\'' && newLine) {
        return true;
      } else {
        break;
      }
    }
    position = start;
    return false;
  }

  private void quotedName(int start, Kind kind) {
    StringBuilder name = new StringBuilder();
    position++;
    while (true) {
      if (position >= text.length()) {
        throw refused("A quoted name is not closed");
      }
      char c = text.charAt(position);
      if (c == '"' && text.startsWith("\"\"", position)) {
        name.append('"');
        position += 2;
      } else if (c == '"') {
        position++;
        add(kind, start, name.toString());
        return;
      } else {
        name.append(c);
        position++;
      }
    }
  }

  /** {@code $1}, or {@code $tag$ ... $tag$}. */
  private void dollar() {
    int start = position++;
    int digits = position;
    while (position < text.length() && isDigit(text.charAt(position))) {
      position++;
    }
    if (position > digits) {
      add(Kind.PARAMETER, start, text.substring(digits, position));
      return;
    }
    while (position < text.length()
        && isNamePart(text.charAt(position))
        && text.charAt(position) != '$') {
      position++;
    }
    if (position >= text.length() || text.charAt(position) != '$') {
      throw refused("A lone $ is no SQL");
    }
    String tag = text.substring(start, position + 1);
    int close = text.indexOf(tag, position + 1);
    if (close < 0) {
      throw refused("A dollar-quoted string is not closed");
    }
    position = close + tag.length();
    add(Kind.OTHER_STRING, start, text.substring(start, position));
  }

  private void skipLineComment() {
    while (position < text.length()
        && text.charAt(position) != '\n'
        && text.charAt(position) != '\r') {
      position++;
    }
  }

  private void skipBlockComment() {
    int nesting = 0;
    do {
      if (text.startsWith("/*", position)) {
        nesting++;
        position += 2;
      } else if (text.startsWith("*/", position)) {
        nesting--;
        position += 2;
      } else {
        position++;
      }
      if (position > text.length() || position == text.length() && nesting > 0) {
        throw refused("A comment is not closed");
      }
    } while (nesting > 0);
  }

  /** What PostgreSQL takes for space; other spaces of Unicode are parts of names. */
  private static boolean isSpace(char c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  private static boolean isNameStart(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 128;
  }

  private static boolean isNamePart(char c) {
    return isNameStart(c) || isDigit(c) || c == '$';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static QueryRefusedException refused(String message) {
    return new QueryRefusedException(message, null);
  }
}
