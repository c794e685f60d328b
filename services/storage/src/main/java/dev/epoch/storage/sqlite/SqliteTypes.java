package dev.epoch.storage.sqlite;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What declared types of SQLite mean. Any text can be a type there; what values become when they
 * are stored goes by its affinity (sqlite.org/datatype3.html), what they mean by the words that
 * applications use.
 */
final class SqliteTypes {
  /** Digits of a decimal, and those behind the point. */
  private static final Pattern LIMITS = Pattern.compile("\\((\\d{1,4})(?:,\\s*\\d+)?\\)");

  private SqliteTypes() {}

  /** How values are converted when they are stored. */
  enum Affinity {
    INTEGER,
    TEXT,
    BLOB,
    REAL,
    NUMERIC
  }

  /** The affinity of a declared type, by the five rules of SQLite, in their order. */
  static Affinity affinity(String declared, boolean strict) {
    String type = declared.toUpperCase(Locale.ROOT);
    if (strict && type.equals("ANY")) {
      return Affinity.BLOB;
    }
    if (type.contains("INT")) {
      return Affinity.INTEGER;
    }
    if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
      return Affinity.TEXT;
    }
    if (type.contains("BLOB") || type.isBlank()) {
      return Affinity.BLOB;
    }
    if (type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB")) {
      return Affinity.REAL;
    }
    return Affinity.NUMERIC;
  }

  /**
   * The type of a column; its name is in upper case, since SQLite's types have no other meaning.
   */
  static DataType type(String declared) {
    String name = declared.isBlank() ? "ANY" : declared.toUpperCase(Locale.ROOT);
    return DataType.of(kind(name), name);
  }

  /**
   * The declared type of a column for values of another database. Decimals that may have more than
   * 15 digits are texts, since SQLite would round them; so is all that it has no word for.
   */
  static String made(DataType type) {
    return switch (type.base().kind()) {
      case BOOLEAN -> "BOOLEAN";
      case INTEGER -> "BIGINT";
      case FLOAT -> "DOUBLE";
      case BYTES -> "BLOB";
      case DATE -> "DATE";
      case TIME -> "TIME";
      case TIMESTAMP -> "DATETIME";
      case UUID -> "UUID";
      case JSON, JSON_BINARY -> "JSON";
      case DECIMAL -> decimal(type.base().name());
      case TEXT,
          TIME_WITH_ZONE,
          TIMESTAMP_WITH_ZONE,
          INTERVAL,
          ARRAY,
          ENUM,
          COMPOSITE,
          DOMAIN,
          RANGE,
          NETWORK,
          BITS,
          TEXT_SEARCH,
          OTHER ->
          "TEXT";
    };
  }

  private static String decimal(String name) {
    Matcher limits = LIMITS.matcher(name);
    return limits.find() && Integer.parseInt(limits.group(1)) <= 15
        ? "DECIMAL" + limits.group()
        : "TEXT";
  }

  private static Kind kind(String name) {
    int end = name.indexOf('(');
    String word = (end < 0 ? name : name.substring(0, end)).strip();
    switch (word) {
      case "ANY":
        return Kind.OTHER;
      case "DATE":
        return Kind.DATE;
      case "TIME":
        return Kind.TIME;
      case "DATETIME", "TIMESTAMP":
        return Kind.TIMESTAMP;
      case "UUID":
        return Kind.UUID;
      case "JSON":
        return Kind.JSON;
      case "NUMERIC", "DECIMAL", "NUMBER", "MONEY":
        return Kind.DECIMAL;
      default:
        break;
    }
    if (word.startsWith("BOOL")) {
      return Kind.BOOLEAN;
    }
    return switch (affinity(name, false)) {
      case INTEGER -> Kind.INTEGER;
      case TEXT -> Kind.TEXT;
      case BLOB -> Kind.BYTES;
      case REAL -> Kind.FLOAT;
      case NUMERIC -> Kind.OTHER;
    };
  }
}
