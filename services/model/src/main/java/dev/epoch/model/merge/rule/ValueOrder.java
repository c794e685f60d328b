package dev.epoch.model.merge.rule;

import dev.epoch.events.table.DataType;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.TemporalText;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.OptionalInt;

/**
 * Which of the values of two texts is the greater value, where that has a meaning on every backend.
 */
public final class ValueOrder {
  private ValueOrder() {}

  /** Empty if the type has no order here or a text cannot be read. */
  public static OptionalInt compare(DataType declared, String a, String b) {
    DataType type = declared.base();
    return switch (type.kind()) {
      case INTEGER, DECIMAL, FLOAT -> numbers(a, b);
      case DATE, TIMESTAMP, TIMESTAMP_WITH_ZONE -> times(a, b);
      case TIME, BOOLEAN -> OptionalInt.of(a.compareTo(b));
      case TEXT -> OptionalInt.of(byCodePoint(a, b));
      case ENUM -> labels(type, a, b);
      case BYTES,
          TIME_WITH_ZONE,
          INTERVAL,
          UUID,
          JSON,
          JSON_BINARY,
          ARRAY,
          COMPOSITE,
          DOMAIN,
          RANGE,
          NETWORK,
          BITS,
          TEXT_SEARCH,
          OTHER ->
          OptionalInt.empty();
    };
  }

  private static OptionalInt numbers(String a, String b) {
    try {
      return OptionalInt.of(new BigDecimal(a).compareTo(new BigDecimal(b)));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static OptionalInt times(String a, String b) {
    try {
      return OptionalInt.of(time(a).compareTo(time(b)));
    } catch (MalformedValueException e) {
      return OptionalInt.empty();
    }
  }

  private static LocalDateTime time(String text) {
    if (TemporalText.isInfinite(text)) {
      return text.startsWith("-") ? LocalDateTime.MIN : LocalDateTime.MAX;
    }
    return TemporalText.moment(text, 9).atUtc();
  }

  private static OptionalInt labels(DataType type, String a, String b) {
    int left = type.labels().indexOf(a);
    int right = type.labels().indexOf(b);
    return left < 0 || right < 0
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.compare(left, right));
  }

  private static int byCodePoint(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; ) {
      int left = a.codePointAt(i);
      int right = b.codePointAt(i);
      if (left != right) {
        return Integer.compare(left, right);
      }
      i += Character.charCount(left);
    }
    return Integer.compare(a.length(), b.length());
  }
}
