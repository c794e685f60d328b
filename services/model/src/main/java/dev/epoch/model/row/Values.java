package dev.epoch.model.row;

import dev.epoch.events.table.DataType;
import java.util.Objects;

/**
 * When two values are the same.
 *
 * <p>SQL's {@code IS DISTINCT FROM} on the texts that rows hold: null is the same as null and
 * nothing else, and texts of one value are the same though spelt differently:
 *
 * <pre>
 *   DECIMAL             1.0 = 1.00        also as elements of arrays and bounds of ranges
 *   FLOAT               -0 = 0, 1e+20 = 100000000000000000000, NaN = NaN
 *   TEXT, character(n)  trailing spaces mean nothing; other texts are compared as they are
 *   JSON_BINARY         numbers in it as DECIMAL; otherwise as PostgreSQL prints it, keys in order
 *   all others          by their text, which is canonical already
 * </pre>
 *
 * {@link #canonical} gives one text for all texts of a value, so that {@code same(a, b)} means
 * {@code canonical(a).equals(canonical(b))}; the hash of a row is taken of these.
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

  /** How the texts of a type become one. */
  enum Form {
    AS_IS {
      @Override
      String canonical(String text) {
        return text;
      }
    },
    NUMBER {
      @Override
      String canonical(String text) {
        return CanonicalNumber.of(text);
      }
    },
    PADDED {
      @Override
      String canonical(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
          end--;
        }
        return text.substring(0, end);
      }
    },
    JSON_NUMBERS {
      @Override
      String canonical(String text) {
        return CanonicalNumber.inside(text, "{}[],: ");
      }
    },
    NUMBERS_IN_LITERAL {
      @Override
      String canonical(String text) {
        return CanonicalNumber.inside(text, "{}[](),= ");
      }
    };

    abstract String canonical(String text);
  }

  static Form form(DataType declared) {
    DataType type = declared.base();
    return switch (type.kind()) {
      case DECIMAL, FLOAT -> Form.NUMBER;
      case TEXT -> isPadded(type.name()) ? Form.PADDED : Form.AS_IS;
      case JSON_BINARY -> Form.JSON_NUMBERS;
      case ARRAY, RANGE ->
          type.element() != null && form(type.element()) == Form.NUMBER
              ? Form.NUMBERS_IN_LITERAL
              : Form.AS_IS;
      case BOOLEAN,
          INTEGER,
          BYTES,
          DATE,
          TIME,
          TIME_WITH_ZONE,
          TIMESTAMP,
          TIMESTAMP_WITH_ZONE,
          INTERVAL,
          UUID,
          JSON,
          ENUM,
          COMPOSITE,
          NETWORK,
          BITS,
          TEXT_SEARCH,
          OTHER ->
          Form.AS_IS;
      case DOMAIN -> throw new IllegalStateException("a domain's base is no domain");
    };
  }

  private static boolean isPadded(String name) {
    return name.equals("character")
        || name.startsWith("character(")
        || name.equals("char")
        || name.startsWith("char(")
        || name.equals("bpchar");
  }
}
