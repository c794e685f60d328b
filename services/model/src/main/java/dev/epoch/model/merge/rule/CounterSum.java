package dev.epoch.model.merge.rule;

import dev.epoch.events.table.DataType;
import dev.epoch.model.value.Values;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** ours + theirs - base, in the type of the field: what a counter is after both sides counted. */
public final class CounterSum {
  private static final Map<String, Long> GREATEST =
      Map.of("smallint", 32767L, "integer", 2147483647L, "bigint", Long.MAX_VALUE);
  private static final int MAX_SCALE = 150_000;
  private static final Pattern DECIMAL = Pattern.compile("[a-z]+\\((\\d+)(?:, ?(-?\\d+))?\\)");

  private CounterSum() {}

  /** Empty if one of them is no finite number or the type cannot hold the sum. */
  public static Optional<String> of(DataType declared, String base, String ours, String theirs) {
    DataType type = declared.base();
    if (ours == null || theirs == null) {
      return Optional.empty();
    }
    try {
      BigDecimal from = number(base == null ? "0" : base);
      BigDecimal sum = number(ours).add(number(theirs)).subtract(from);
      return switch (type.kind()) {
        case INTEGER -> fits(type, sum) ? Optional.of(sum.toPlainString()) : Optional.empty();
        case DECIMAL -> fits(type, sum) ? Optional.of(sum.toPlainString()) : Optional.empty();
        case FLOAT -> floating(type, sum);
        default -> Optional.empty();
      };
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Numbers with far apart exponents would be added digit by digit. */
  private static BigDecimal number(String text) {
    BigDecimal number = new BigDecimal(text);
    if (Math.abs((long) number.scale()) > MAX_SCALE) {
      throw new NumberFormatException("an exponent beyond those of databases");
    }
    return number;
  }

  private static boolean fits(DataType type, BigDecimal sum) {
    Long greatest = GREATEST.get(type.name());
    if (greatest != null) {
      BigDecimal limit = BigDecimal.valueOf(greatest);
      return sum.compareTo(limit) <= 0 && sum.compareTo(limit.negate()) >= 0;
    }
    Matcher declared = DECIMAL.matcher(type.name());
    if (!declared.matches()) {
      return true;
    }
    int precision = Integer.parseInt(declared.group(1));
    int scale = declared.group(2) == null ? 0 : Integer.parseInt(declared.group(2));
    return sum.signum() == 0 || sum.precision() - sum.scale() <= precision - scale;
  }

  private static Optional<String> floating(DataType type, BigDecimal sum) {
    boolean single = type.name().equals("real") || type.name().equals("float4");
    double rounded = single ? sum.floatValue() : sum.doubleValue();
    if (Double.isInfinite(rounded)) {
      return Optional.empty();
    }
    return Optional.of(Values.canonical(type, Double.toString(rounded)));
  }
}
