package dev.epoch.storage.sqlite;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.TemporalText;
import dev.epoch.model.value.Values;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A value of SQLite and the text that rows hold of it. A column takes values of any storage class:
 * those that mean what its type says have the text of that kind; others have the mark U+0001, a
 * letter for the class and their text, so that they are hashed and kept as what they are.
 *
 * <pre>
 *   INTEGER column   42 is 42     'abc' is U+0001 t abc    1.5 is U+0001 r 1.5
 *   TEXT column      'a' is a     x'00' is U+0001 b 00
 *   DATE column      '2024-01-31' is itself   20240131 is U+0001 i 20240131
 *   without a type   42   1.5   'a'   x'00', as literals
 * </pre>
 */
final class SqliteValue {
  static final char MARK = '\u0001';

  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,19}");

  private SqliteValue() {}

  // ---- to text

  /** The text of a value: a Long, Integer, Double, String, byte array or null. */
  static String text(Kind kind, Object value) {
    return switch (value) {
      case null -> null;
      case Double real -> real(kind, real);
      case Number integer -> integer(kind, integer.longValue());
      case String text -> string(kind, text);
      case byte[] bytes -> bytes(kind, bytes);
      default -> throw new IllegalStateException("no value of SQLite: " + value.getClass());
    };
  }

  private static String integer(Kind kind, long value) {
    return switch (kind) {
      case BOOLEAN -> value == 0 ? "false" : value == 1 ? "true" : MARK + "i" + value;
      case INTEGER, DECIMAL, FLOAT, JSON, TEXT, OTHER -> Long.toString(value);
      default -> MARK + "i" + value;
    };
  }

  private static String real(Kind kind, double value) {
    String text = Values.canonical(DataType.of(Kind.FLOAT, "REAL"), Double.toString(value));
    return switch (kind) {
      case DECIMAL, FLOAT, JSON, TEXT -> text;
      case OTHER -> INTEGER.matcher(text).matches() ? text + ".0" : text;
      default -> MARK + "r" + text;
    };
  }

  private static String string(Kind kind, String text) {
    boolean plain =
        switch (kind) {
          case TEXT -> text.isEmpty() || text.charAt(0) != MARK;
          case DATE -> isOf(Kind.DATE, text) && text.length() == 10;
          case TIME, TIMESTAMP -> isOf(kind, text);
          case UUID -> UUID.matcher(text).matches();
          case JSON -> isJson(text);
          default -> false;
        };
    if (kind == Kind.OTHER) {
      return "'" + text.replace("'", "''") + "'";
    }
    return plain ? text : MARK + "t" + text;
  }

  private static boolean isOf(Kind kind, String text) {
    try {
      switch (kind) {
        case DATE -> TemporalText.date(text);
        case TIME -> TemporalText.time(text);
        default -> TemporalText.timestamp(text);
      }
      return text.length() > 4 && Character.isDigit(text.charAt(text.length() - 1));
    } catch (MalformedValueException e) {
      return false;
    }
  }

  private static boolean isJson(String text) {
    return JsonDocuments.read(text).isPresent();
  }

  private static String bytes(Kind kind, byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    return switch (kind) {
      case BYTES -> hex;
      case OTHER -> "x'" + hex + "'";
      default -> MARK + "b" + hex;
    };
  }

  // ---- to value

  /** The value of a text: a Long, Double, String or byte array; null for null. */
  static Object value(Kind kind, String text) {
    if (text == null) {
      return null;
    }
    if (!text.isEmpty() && text.charAt(0) == MARK && text.length() > 1) {
      String rest = text.substring(2);
      return switch (text.charAt(1)) {
        case 'i' -> Long.valueOf(rest);
        case 'r' -> Double.valueOf(rest);
        case 'b' -> HexFormat.of().parseHex(rest);
        default -> rest;
      };
    }
    return switch (kind) {
      case BOOLEAN -> text.equals("true") ? 1L : 0L;
      case INTEGER, DECIMAL -> number(text);
      case FLOAT -> Double.valueOf(text);
      case BYTES -> HexFormat.of().parseHex(text.startsWith("\\x") ? text.substring(2) : text);
      case OTHER -> literal(text);
      default -> text;
    };
  }

  private static Object number(String text) {
    if (INTEGER.matcher(text).matches()) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        return Double.valueOf(text);
      }
    }
    return Double.valueOf(text);
  }

  private static Object literal(String text) {
    if (text.startsWith("'")) {
      return text.substring(1, text.length() - 1).replace("''", "'");
    }
    if (text.startsWith("x'")) {
      return HexFormat.of().parseHex(text.substring(2, text.length() - 1));
    }
    return number(text);
  }

  /** As an expression of SQL. */
  static String sql(Kind kind, String text) {
    return switch (value(kind, text)) {
      case null -> "NULL";
      case String string -> "'" + string.replace("'", "''") + "'";
      case byte[] bytes -> "x'" + HexFormat.of().formatHex(bytes) + "'";
      case Double real when real.isInfinite() -> real > 0 ? "9e999" : "-9e999";
      case Object number -> number.toString();
    };
  }
}
