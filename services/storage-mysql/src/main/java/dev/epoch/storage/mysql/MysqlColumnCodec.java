package dev.epoch.storage.mysql;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.TemporalText;
import dev.epoch.model.value.Values;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.relational.ColumnCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HexFormat;

/**
 * Values between rows and the server's texts: what it prints is read as bytes, since the driver's
 * own conversions know no zero dates, no hours beyond 24 and no points of time at UTC.
 */
final class MysqlColumnCodec implements ColumnCodec {
  private static final DataType SINGLE = DataType.of(Kind.FLOAT, "real");
  private static final DataType DOUBLE = DataType.of(Kind.FLOAT, "double precision");
  private static final HexFormat HEX = HexFormat.of();

  // ---- to text

  @Override
  public String read(ResultSet row, int place, DataType type) throws SQLException {
    byte[] bytes = row.getBytes(place);
    return bytes == null ? null : text(type, bytes);
  }

  private static String text(DataType type, byte[] bytes) {
    return switch (type.kind()) {
      case BYTES -> HEX.formatHex(bytes);
      case BITS -> bits(bytes, MysqlTypes.bits(type));
      case OTHER -> MysqlTypes.isOpaque(type) ? HEX.formatHex(bytes) : string(bytes);
      case BOOLEAN -> bool(string(bytes));
      case INTEGER -> integer(string(bytes));
      case FLOAT -> real(type, string(bytes));
      case TIME, TIMESTAMP -> withoutZeros(string(bytes));
      case TIMESTAMP_WITH_ZONE -> zoned(withoutZeros(string(bytes)));
      default -> string(bytes);
    };
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String bits(byte[] bytes, int digits) {
    String text = new BigInteger(1, bytes).toString(2);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }

  private static String bool(String text) {
    return switch (text) {
      case "0" -> "false";
      case "1" -> "true";
      default -> text;
    };
  }

  /** Without zeros that only fill the width, as those of years and of ZEROFILL. */
  private static String integer(String text) {
    int first = 0;
    while (first < text.length() - 1 && text.charAt(first) == '0') {
      first++;
    }
    int point = text.indexOf('.');
    return text.substring(first, point < 0 ? text.length() : point);
  }

  /** A float is read as the double that is the same number. */
  static String real(DataType type, String text) {
    double value = Double.parseDouble(text);
    if (value == 0) {
      return text.startsWith("-") ? "-0" : "0";
    }
    return MysqlTypes.isSingle(type)
        ? Values.canonical(SINGLE, Float.toString((float) value))
        : Values.canonical(DOUBLE, Double.toString(value));
  }

  private static String withoutZeros(String text) {
    int point = text.lastIndexOf('.');
    if (point < 0) {
      return text;
    }
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, end - 1 == point ? point : end);
  }

  /** Sessions are at UTC; the point of time that is none has no zone. */
  private static String zoned(String text) {
    return text.startsWith("0000-") ? text : text + "+00";
  }

  // ---- to value

  @Override
  public void bind(PreparedStatement statement, int place, DataType type, String text)
      throws SQLException {
    switch (value(type, text)) {
      case null -> statement.setNull(place, Types.NULL);
      case byte[] bytes -> statement.setBytes(place, bytes);
      case BigDecimal number -> statement.setBigDecimal(place, number);
      case Double number -> statement.setDouble(place, number);
      case Object string -> statement.setString(place, string.toString());
    }
  }

  /** The value of a text: a byte array, BigDecimal, Double or String; null for null. */
  static Object value(DataType type, String text) {
    if (text == null) {
      return null;
    }
    try {
      return switch (type.base().kind()) {
        case BYTES -> bytes(text);
        case BITS -> bitBytes(text);
        case OTHER -> MysqlTypes.isOpaque(type) ? bytes(text) : (Object) text;
        case BOOLEAN -> number(text.equals("true") ? "1" : text.equals("false") ? "0" : text);
        case INTEGER, DECIMAL -> number(text);
        // a literal -0.0 is a decimal, which has no sign of zero
        case FLOAT -> text.equals("-0") ? (Object) text : (Object) Double.valueOf(text);
        case TIMESTAMP_WITH_ZONE -> atUtc(text);
        default -> text;
      };
    } catch (NumberFormatException | MalformedValueException e) {
      throw bad(type, text, e);
    } catch (IllegalArgumentException e) {
      throw bad(type, text, e);
    }
  }

  private static BadValueException bad(DataType type, String text, Exception cause) {
    return new BadValueException("'%s' is no %s".formatted(text, type.name()), null, cause);
  }

  private static BigDecimal number(String text) {
    return new BigDecimal(text);
  }

  private static byte[] bytes(String text) {
    return HEX.parseHex(text.startsWith("\\x") ? text.substring(2) : text);
  }

  private static byte[] bitBytes(String text) {
    byte[] bytes = new byte[(text.length() + 7) / 8];
    for (int i = 0; i < text.length(); i++) {
      int fromEnd = text.length() - 1 - i;
      if (text.charAt(i) == '1') {
        bytes[bytes.length - 1 - fromEnd / 8] |= (byte) (1 << fromEnd % 8);
      }
    }
    return bytes;
  }

  private static String atUtc(String text) {
    if (text.startsWith("0000-")) {
      return text;
    }
    if (TemporalText.isInfinite(text)) {
      throw new IllegalArgumentException("there are no infinite times");
    }
    return TemporalText.instant(text).replace('T', ' ').replace("Z", "");
  }

  @Override
  public String literal(DataType type, String text) {
    return switch (value(type, text)) {
      case null -> "NULL";
      case byte[] bytes -> "x'" + HEX.formatHex(bytes) + "'";
      case BigDecimal number -> number.toPlainString();
      case Double number -> number.toString();
      case Object string -> quoted(string.toString());
    };
  }

  /** A text as a literal, where backslashes escape. */
  static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
