package dev.epoch.storage.sql;

/**
 * A piece of a statement.
 *
 * @param kind what it is
 * @param start first place in the text
 * @param end place behind it
 * @param value of a word: folded to lower case; of a quoted name or a plain string: what stands
 *     between the quotes; of a parameter: its number; else the text itself
 */
public record SqlToken(Kind kind, int start, int end, String value) {
  /** What a piece is. */
  public enum Kind {
    /** A name without quotes, or a key word. */
    WORD,
    /** A name in double quotes. */
    QUOTED_NAME,
    /**
     * A name in double quotes with escapes of Unicode, {@code U&"d\0061ta"}; they stay as written.
     */
    ESCAPED_NAME,
    /** A string in single quotes. */
    STRING,
    /** A string with escapes, or one in dollars; the value is the text as written. */
    OTHER_STRING,
    /** {@code $1}. */
    PARAMETER,
    NUMBER,
    /** Any other character. */
    SYMBOL
  }

  public boolean is(String word) {
    return kind == Kind.WORD && value.equals(word);
  }

  public boolean is(char symbol) {
    return kind == Kind.SYMBOL && value.charAt(0) == symbol;
  }

  /** Whether it may be a name. */
  public boolean isName() {
    return kind == Kind.WORD || kind == Kind.QUOTED_NAME;
  }
}
