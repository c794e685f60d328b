package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * How many copies of an instance a configuration may have.
 *
 * @param lower fewest, from 0
 * @param upper most
 */
public record Domain(long lower, long upper) {
  /** In, or out. */
  public static final Domain BINARY = new Domain(0, 1);

  /** So that sums of many stay whole numbers. */
  static final long MOST = 1_000_000;

  public Domain {
    if (lower < 0 || upper < lower || upper > MOST) {
      throw new InvalidCatalogException(
          "A domain goes from 0 or more up to at most "
              + MOST
              + ": ["
              + lower
              + ", "
              + upper
              + "] does not");
    }
  }

  public static Domain constant(long value) {
    return new Domain(value, value);
  }

  public boolean isConstant() {
    return lower == upper;
  }

  public boolean isBinary() {
    return equals(BINARY);
  }

  public boolean contains(long value) {
    return lower <= value && value <= upper;
  }

  /** Null for null. Written {@code {"lower": 0, "upper": 1}} or {@code [0, 1]}. */
  public static Domain parse(JsonNode node, String where) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (node.isArray() && node.size() == 2) {
      return new Domain(
          JsonFields.whole(node.get(0), where + "[0]"),
          JsonFields.whole(node.get(1), where + "[1]"));
    }
    JsonFields fields = new JsonFields(node, where).allow(Set.of("lower", "upper"));
    Long lower = fields.whole("lower");
    Long upper = fields.whole("upper");
    if (lower == null || upper == null) {
      throw new InvalidCatalogException(where + " needs lower and upper");
    }
    return new Domain(lower, upper);
  }

  public ObjectNode toJson() {
    return CatalogJson.object().put("lower", lower).put("upper", upper);
  }
}
