package dev.epoch.model.value;

import dev.epoch.events.table.DataType;
import java.util.Objects;

/**
 * When two values are the same.
 *
 * <p>SQL's {@code IS DISTINCT FROM} on the texts that rows hold: null is the same as null and
 * nothing else, and texts of one value are the same though spelt differently. {@link #canonical}
 * gives one text for all texts of a value, so that {@code same(a, b)} means {@code
 * canonical(a).equals(canonical(b))}; the hash of a row is taken of these.
 *
 * <pre>
 *   BOOLEAN              true, false
 *   INTEGER, DECIMAL     plain digits: 1.50 is 1.5, 1e2 is 100, -0 is 0; NaN, Infinity, -Infinity
 *   FLOAT                fewest digits that give the number back, as JSON prints them: 0.1, 1e+21, 0 for -0
 *   TEXT                 as it is; character(n) without the spaces at its end
 *   BYTES                hexadecimal digits: 00ff
 *   DATE, TIME, ...      ISO 8601: 2024-01-31, 12:30:00.5, 2024-01-31T12:30:00, ...Z, -0043-03-15
 *   INTERVAL             ISO 8601 of months, days and seconds, each with its sign: P1Y2M3DT4H5M6.7S
 *   UUID                 lower case, with hyphens
 *   JSON, JSON_BINARY    RFC 8785; numbers that a double cannot hold keep all their digits
 *   ARRAY                {1,NULL,"a b"}, of canonical elements
 *   COMPOSITE            (1,"a b",), of canonical fields
 *   RANGE                [1,10), empty, (,5); of integers and dates with the upper end left out
 *   NETWORK              lower case, addresses with the length of their prefix: 10.0.0.1/32
 *   BITS, ENUM           as they are
 *   TEXT_SEARCH, OTHER   as their database prints them
 *   DOMAIN               as its base
 * </pre>
 */
public final class Values {
  private Values() {}

  /** Whether no difference between the two can be seen in SQL. Either may be null. */
  public static boolean same(DataType type, String a, String b) {
    if (Objects.equals(a, b)) {
      return true;
    }
    return a != null && b != null && canonical(type, a).equals(canonical(type, b));
  }

  /** The one text that stands for this and all same values. */
  public static String canonical(DataType type, String text) {
    return form(type).canonical(text);
  }

  /** How the texts of a type become one; for many values of it. */
  public static CanonicalForm form(DataType declared) {
    DataType type = declared.base();
    return switch (type.kind()) {
      case BOOLEAN -> Values::bool;
      case INTEGER, DECIMAL -> CanonicalNumber::of;
      case FLOAT -> isSingle(type.name()) ? CanonicalFloat::ofSingle : CanonicalFloat::ofDouble;
      case TEXT -> isPadded(type.name()) ? Values::withoutPadding : CanonicalForm.AS_IS;
      case BYTES -> CanonicalForm.lenient(HexText::canonical);
      case DATE -> CanonicalForm.lenient(TemporalText::date);
      case TIME -> CanonicalForm.lenient(TemporalText::time);
      case TIME_WITH_ZONE -> CanonicalForm.lenient(TemporalText::timeWithZone);
      case TIMESTAMP -> CanonicalForm.lenient(TemporalText::timestamp);
      case TIMESTAMP_WITH_ZONE -> CanonicalForm.lenient(TemporalText::instant);
      case INTERVAL -> CanonicalForm.lenient(IntervalText::canonical);
      case UUID -> CanonicalForm.lenient(UuidText::canonical);
      case JSON, JSON_BINARY -> CanonicalJson::of;
      case ARRAY -> array(type.element());
      case COMPOSITE -> CanonicalForm.lenient(new CanonicalComposite(type));
      case RANGE -> range(type.element());
      case NETWORK -> text -> NetworkText.canonical(type.name(), text);
      case ENUM, BITS, TEXT_SEARCH, OTHER -> CanonicalForm.AS_IS;
      case DOMAIN -> throw new IllegalStateException("a domain's base is no domain");
    };
  }

  /** Elements that are known by their database alone may hold commas of their own. */
  private static CanonicalForm array(DataType element) {
    if (element == null || element.base().kind() == DataType.Kind.OTHER) {
      return CanonicalForm.AS_IS;
    }
    CanonicalForm form = form(element);
    CanonicalForm array = CanonicalForm.lenient(text -> ArrayText.canonical(text, form));
    return element.base().kind() == DataType.Kind.INTEGER
        ? text -> isPlainIntegers(text) ? text : array.canonical(text)
        : array;
  }

  /** Nothing but braces, commas, NULL and integers as they are printed: no need to read it. */
  private static boolean isPlainIntegers(String text) {
    char last = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean begins = last == '{' || last == ',' || last == '-';
      boolean more = i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
      if ("0123456789-,{}NUL".indexOf(c) < 0 || c == '0' && begins && (more || last == '-')) {
        return false;
      }
      last = c;
    }
    return text.startsWith("{");
  }

  /** The element of a set of ranges is the range. */
  private static CanonicalForm range(DataType element) {
    if (element == null) {
      return CanonicalForm.AS_IS;
    }
    return element.base().kind() == DataType.Kind.RANGE
        ? range(element.base().element())
        : CanonicalForm.lenient(new CanonicalRange(element));
  }

  private static String bool(String text) {
    return switch (text) {
      case "t" -> "true";
      case "f" -> "false";
      default -> text;
    };
  }

  private static String withoutPadding(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == ' ') {
      end--;
    }
    return text.substring(0, end);
  }

  private static boolean isSingle(String name) {
    return name.equals("real") || name.equals("float4");
  }

  private static boolean isPadded(String name) {
    return name.equals("character")
        || name.startsWith("character(")
        || name.equals("char")
        || name.startsWith("char(")
        || name.equals("bpchar");
  }
}
