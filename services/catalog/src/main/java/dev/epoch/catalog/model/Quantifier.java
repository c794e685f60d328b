package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many copies a relationship has in a configuration.
 *
 * @param kind which rule
 * @param min of EXACTLY, AT_LEAST and RANGE, else 0
 * @param max of EXACTLY, AT_MOST and RANGE, else 0
 */
public record Quantifier(Kind kind, long min, long max) {
  /** The rules. */
  public enum Kind {
    EXACTLY("Exactly"),
    AT_LEAST("AtLeast"),
    AT_MOST("AtMost"),
    RANGE("Range"),
    /** None or one. */
    OPTIONAL("Optional"),
    /** Any number. */
    ANY("Any"),
    /** Everything that is available. */
    ALL("All");

    private final String spelling;

    Kind(String spelling) {
      this.spelling = spelling;
    }
  }

  public static final Quantifier ANY = new Quantifier(Kind.ANY, 0, 0);
  private static final Pattern CALL =
      Pattern.compile("([A-Za-z_]+)\\(\\s*(\\d+)\\s*(?:,\\s*(\\d+)\\s*)?\\)");

  public Quantifier {
    if (min < 0 || max < 0 || (kind == Kind.RANGE && max < min)) {
      throw new InvalidCatalogException("A quantifier counts from 0 up: " + min + " to " + max);
    }
  }

  /** Fewest copies. */
  public long least() {
    return switch (kind) {
      case EXACTLY, AT_LEAST, RANGE -> min;
      case AT_MOST, OPTIONAL, ANY, ALL -> 0;
    };
  }

  /** Most copies; Long.MAX_VALUE where there is no limit. */
  public long most() {
    return switch (kind) {
      case EXACTLY, AT_MOST, RANGE -> max;
      case OPTIONAL -> 1;
      case AT_LEAST, ANY, ALL -> Long.MAX_VALUE;
    };
  }

  public boolean allows(long count) {
    return least() <= count && count <= most();
  }

  /** {@link #ANY} for null. */
  public static Quantifier parse(JsonNode node, String where) {
    if (node == null || node.isNull()) {
      return ANY;
    }
    if (node.isTextual()) {
      Matcher call = CALL.matcher(node.textValue().strip());
      if (call.matches()) {
        long first = number(call.group(2), where);
        return of(
            JsonFields.tag(call.group(1)),
            first,
            call.group(3) == null ? first : number(call.group(3), where),
            where);
      }
    }
    JsonFields.Tagged tagged = JsonFields.tagged(node, where);
    JsonNode value = tagged.value();
    if (value == null) {
      return of(tagged.tag(), null, null, where);
    }
    if (value.isArray() && value.size() == 2) {
      return of(
          tagged.tag(),
          JsonFields.whole(value.get(0), where + "[0]"),
          JsonFields.whole(value.get(1), where + "[1]"),
          where);
    }
    if (value.isObject()) {
      JsonFields fields =
          new JsonFields(value, where).allow(Set.of("min", "max", "lower", "upper", "n", "value"));
      Long min = fields.whole("min", "lower", "n", "value");
      Long max = fields.whole("max", "upper", "n", "value");
      return of(tagged.tag(), min, max, where);
    }
    long number = JsonFields.whole(value, where);
    return of(tagged.tag(), number, number, where);
  }

  private static long number(String digits, String where) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException tooLong) {
      throw new InvalidCatalogException(where + ": the number " + digits + " is too large");
    }
  }

  private static long given(Long number, String tag, String where) {
    if (number == null) {
      throw new InvalidCatalogException(
          where + ": the quantifier '" + tag + "' needs a number, Range a min and a max");
    }
    return number;
  }

  private static Quantifier of(String tag, Long min, Long max, String where) {
    return switch (tag) {
      case "exactly" -> {
        long number = given(min, tag, where);
        yield new Quantifier(Kind.EXACTLY, number, number);
      }
      case "at_least" -> new Quantifier(Kind.AT_LEAST, given(min, tag, where), 0);
      case "at_most" -> new Quantifier(Kind.AT_MOST, 0, given(max, tag, where));
      case "range" -> new Quantifier(Kind.RANGE, given(min, tag, where), given(max, tag, where));
      case "optional" -> new Quantifier(Kind.OPTIONAL, 0, 0);
      case "any" -> ANY;
      case "all" -> new Quantifier(Kind.ALL, 0, 0);
      default ->
          throw new InvalidCatalogException(
              where
                  + ": there is no quantifier '"
                  + tag
                  + "'; there are Exactly, AtLeast, AtMost, Range, Optional, Any and All");
    };
  }

  public JsonNode toJson() {
    return switch (kind) {
      case EXACTLY, AT_LEAST -> CatalogJson.object().put(kind.spelling, min);
      case AT_MOST -> CatalogJson.object().put(kind.spelling, max);
      case RANGE ->
          CatalogJson.object()
              .set(kind.spelling, CatalogJson.object().put("min", min).put("max", max));
      case OPTIONAL, ANY, ALL -> TextNode.valueOf(kind.spelling);
    };
  }

  @Override
  public String toString() {
    String name = kind.name().toUpperCase(Locale.ROOT);
    return switch (kind) {
      case EXACTLY, AT_LEAST -> name + "(" + min + ")";
      case AT_MOST -> name + "(" + max + ")";
      case RANGE -> name + "(" + min + ", " + max + ")";
      case OPTIONAL, ANY, ALL -> name;
    };
  }
}
