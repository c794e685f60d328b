package dev.epoch.model.value;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of a column that gets another type, where they need no database: nothing is rounded or cut
 * off.
 */
public final class RetypedValue {
  private static final Pattern LENGTH = Pattern.compile("\\((\\d+)(?:,(\\d+))?\\)");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,3})?");

  private static final String MIDNIGHT = " 00:00:00";
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");

  private static final Set<Kind> PLAIN =
      EnumSet.of(Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.ENUM, Kind.UUID);
  private static final Set<Kind> NUMBERS = EnumSet.of(Kind.TEXT, Kind.INTEGER, Kind.DECIMAL);

  private static final Map<String, Integer> BITS =
      Map.of("smallint", 16, "integer", 32, "bigint", 64);

  private RetypedValue() {}

  /**
   * @param text that a row holds, not null
   * @return the text that it holds then; empty where that takes a database, or cannot be
   */
  public static Optional<String> of(DataType from, DataType to, String text) {
    DataType before = from.base();
    DataType after = to.base();
    if (before.equals(after)) {
      return Optional.of(text);
    }
    if (before.kind() == Kind.DATE && after.kind() == Kind.TIMESTAMP) {
      return Optional.of(text).filter(DAY.asMatchPredicate()).map(day -> day + MIDNIGHT);
    }
    if (before.kind() == Kind.TIMESTAMP && after.kind() == Kind.DATE && text.endsWith(MIDNIGHT)) {
      return Optional.of(text.substring(0, text.length() - MIDNIGHT.length()))
          .filter(DAY.asMatchPredicate());
    }
    if (!PLAIN.contains(before.kind())) {
      return Optional.empty();
    }
    return switch (after.kind()) {
      case TEXT -> Optional.of(text).filter(value -> isShort(after.name(), value));
      case INTEGER -> isNumber(before) ? integer(after.name(), text) : Optional.empty();
      case DECIMAL ->
          Optional.of(text)
              .filter(value -> isNumber(before))
              .filter(value -> value.equals("NaN") || isDecimal(after.name(), value));
      case ENUM -> Optional.of(text).filter(after.labels()::contains);
      default -> Optional.empty();
    };
  }

  /** Whether a text for which {@link #of} has none cannot be a value of the other type at all. */
  public static boolean isDecided(DataType from, DataType to) {
    DataType before = from.base();
    DataType after = to.base();
    return switch (after.kind()) {
      case TEXT, ENUM -> PLAIN.contains(before.kind());
      case INTEGER, DECIMAL -> isNumber(before);
      default -> before.equals(after);
    };
  }

  private static boolean isNumber(DataType type) {
    return NUMBERS.contains(type.kind());
  }

  private static boolean isShort(String type, String text) {
    Matcher length = LENGTH.matcher(type);
    return !length.find()
        || text.codePointCount(0, text.length()) <= Integer.parseInt(length.group(1));
  }

  private static Optional<BigDecimal> number(String text) {
    return NUMBER.matcher(text).matches()
        ? Optional.of(new BigDecimal(text).stripTrailingZeros())
        : Optional.empty();
  }

  private static Optional<String> integer(String type, String text) {
    int bits = BITS.getOrDefault(type, 0);
    return number(text)
        .filter(value -> value.scale() <= 0)
        .map(BigDecimal::toBigInteger)
        .filter(value -> value.bitLength() < bits)
        .map(BigInteger::toString);
  }

  private static boolean isDecimal(String type, String text) {
    Optional<BigDecimal> number = number(text);
    Matcher length = LENGTH.matcher(type);
    if (number.isEmpty() || !length.find()) {
      return number.isPresent();
    }
    int scale = length.group(2) == null ? 0 : Integer.parseInt(length.group(2));
    BigDecimal value = number.get();
    return Math.max(value.scale(), 0) <= scale
        && value.precision() - value.scale() <= Integer.parseInt(length.group(1)) - scale;
  }
}
