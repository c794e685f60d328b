package dev.epoch.storage.mysql;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What declared types of MySQL and MariaDB mean. */
final class MysqlTypes {
  private static final Pattern WIDTH =
      Pattern.compile("^((?:small|medium|big)?int|tinyint|year)\\(\\d+\\)(?!.*zerofill)");
  private static final Pattern DIGITS = Pattern.compile("\\((\\d{1,4})(?:, *(\\d+))?\\)");
  private static final Pattern LABEL = Pattern.compile("'((?:[^']|'')*)'");

  private static final Set<String> INTEGERS =
      Set.of("tinyint", "smallint", "mediumint", "int", "bigint", "year");
  private static final Set<String> TEXTS =
      Set.of("char", "varchar", "tinytext", "text", "mediumtext", "longtext");
  private static final Set<String> BLOBS =
      Set.of("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob");

  /** Values that are read and written as bytes that only the server understands. */
  private static final Set<String> OPAQUE =
      Set.of(
          "geometry",
          "point",
          "linestring",
          "polygon",
          "multipoint",
          "multilinestring",
          "multipolygon",
          "geometrycollection",
          "geomcollection",
          "vector");

  private MysqlTypes() {}

  /**
   * The type of a column; widths that only said how numbers are shown are left out, as MySQL 8 has
   * them no more.
   *
   * @param declared as the catalog has it: {@code int(11) unsigned}
   * @param json whether MariaDB's check says that its texts are documents
   */
  static DataType type(String declared, boolean json) {
    String word = word(declared);
    boolean list = word.equals("enum") || word.equals("set");
    String name = list ? declared : declared.toLowerCase(Locale.ROOT);
    if (name.equals("tinyint(1)")) {
      return DataType.of(Kind.BOOLEAN, name);
    }
    name = WIDTH.matcher(name).replaceFirst("$1");
    if (json && TEXTS.contains(word)) {
      return DataType.of(Kind.JSON, "json");
    }
    if (word.equals("enum")) {
      return new DataType(Kind.ENUM, name, null, List.of(), labels(declared));
    }
    return DataType.of(kind(word), name);
  }

  /** The first word of a type. */
  static String word(String declared) {
    int end = 0;
    while (end < declared.length() && Character.isLetterOrDigit(declared.charAt(end))) {
      end++;
    }
    return declared.substring(0, end).toLowerCase(Locale.ROOT);
  }

  private static List<String> labels(String declared) {
    List<String> labels = new ArrayList<>();
    Matcher label = LABEL.matcher(declared);
    while (label.find()) {
      labels.add(label.group(1).replace("''", "'"));
    }
    return labels;
  }

  private static Kind kind(String word) {
    if (INTEGERS.contains(word)) {
      return Kind.INTEGER;
    }
    if (TEXTS.contains(word)) {
      return Kind.TEXT;
    }
    if (BLOBS.contains(word)) {
      return Kind.BYTES;
    }
    return switch (word) {
      case "decimal" -> Kind.DECIMAL;
      case "float", "double" -> Kind.FLOAT;
      case "date" -> Kind.DATE;
      case "time" -> Kind.TIME;
      case "datetime" -> Kind.TIMESTAMP;
      case "timestamp" -> Kind.TIMESTAMP_WITH_ZONE;
      case "bit" -> Kind.BITS;
      case "json" -> Kind.JSON;
      case "uuid" -> Kind.UUID;
      case "inet4", "inet6" -> Kind.NETWORK;
      default -> Kind.OTHER;
    };
  }

  static boolean isOpaque(DataType type) {
    return OPAQUE.contains(word(type.name()));
  }

  /** Whether values are texts to the server, with a collation. */
  static boolean isText(DataType type) {
    return switch (type.kind()) {
      case TEXT, ENUM, JSON -> true;
      case OTHER -> !isOpaque(type);
      default -> false;
    };
  }

  static boolean isSingle(DataType type) {
    return word(type.name()).equals("float");
  }

  /** Digits of a {@code bit(n)}. */
  static int bits(DataType type) {
    Matcher digits = Pattern.compile("\\d+").matcher(type.name());
    return digits.find() ? Integer.parseInt(digits.group()) : 1;
  }

  /**
   * The type of a layer column that is in no key: all values of all types of the same family.
   *
   * @param declared of the live column
   */
  static String layer(DataType type, String declared) {
    return switch (type.kind()) {
      case BOOLEAN -> "BIGINT";
      case INTEGER -> type.name().contains("unsigned") ? "BIGINT UNSIGNED" : "BIGINT";
      case DECIMAL, FLOAT -> declared.toLowerCase(Locale.ROOT).replace("zerofill", "");
      case TEXT, ENUM, JSON -> "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
      case BYTES -> "LONGBLOB";
      case DATE -> "DATE";
      case TIME -> "TIME(6)";
      case TIMESTAMP -> "DATETIME(6)";
      case TIMESTAMP_WITH_ZONE -> "TIMESTAMP(6) NULL";
      case BITS -> "BIT(64)";
      case UUID, NETWORK -> declared;
      default -> isOpaque(type) ? "LONGBLOB" : "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    };
  }

  /** A layer column of two types: numbers are wide ones, all else is text. */
  static String wider(String former, String other) {
    if (former.equals(other)) {
      return former;
    }
    if (former.startsWith("BIGINT") && other.startsWith("BIGINT")) {
      return "DECIMAL(20,0)";
    }
    if (isNumber(former) && isNumber(other)) {
      return former.startsWith("double") || other.startsWith("double") || isFloat(former, other)
          ? "double"
          : "DECIMAL(65,30)";
    }
    if (former.contains("BLOB") || other.contains("BLOB")) {
      return "LONGBLOB";
    }
    return "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
  }

  private static boolean isFloat(String former, String other) {
    return former.startsWith("float") || other.startsWith("float");
  }

  private static boolean isNumber(String type) {
    return type.startsWith("BIGINT")
        || type.toLowerCase(Locale.ROOT).startsWith("decimal")
        || type.startsWith("double")
        || type.startsWith("float");
  }

  /**
   * The declared type of a column for values of another database: the widest that means the same,
   * or text. Columns that must be unique have a length, which values must keep to.
   */
  static String made(DataType declared, boolean unique) {
    DataType type = declared.base();
    return switch (type.kind()) {
      case BOOLEAN -> "tinyint(1)";
      case INTEGER -> "bigint";
      case DECIMAL -> decimal(type.name());
      case FLOAT -> "double";
      case BYTES -> unique ? "varbinary(255)" : "longblob";
      case DATE -> "date";
      case TIME -> "time(6)";
      case TIMESTAMP -> "datetime(6)";
      case TIMESTAMP_WITH_ZONE -> "timestamp(6)";
      case JSON, JSON_BINARY -> "json";
      case UUID -> "char(36) CHARACTER SET ascii COLLATE ascii_bin";
      case ENUM ->
          type.labels().stream()
              .map(label -> "'" + label.replace("\\", "\\\\").replace("'", "''") + "'")
              .collect(Collectors.joining(",", "enum(", ")"));
      default ->
          (unique ? "varchar(255)" : "longtext") + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    };
  }

  private static String decimal(String name) {
    Matcher limits = DIGITS.matcher(name);
    return limits.find()
            && Integer.parseInt(limits.group(1)) <= 65
            && (limits.group(2) == null || Integer.parseInt(limits.group(2)) <= 30)
        ? "decimal" + limits.group().replace(" ", "")
        : "decimal(65,30)";
  }
}
