package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** How two values are compared. */
public enum Comparison {
  EQ("eq", "Eq"),
  NE("ne", "Ne"),
  LT("lt", "Lt"),
  LTE("lte", "Lte"),
  GT("gt", "Gt"),
  GTE("gte", "Gte"),
  CONTAINS("contains", "Contains");

  private final String wireName;
  private final String spelling;

  Comparison(String wireName, String spelling) {
    this.wireName = wireName;
    this.spelling = spelling;
  }

  public String wireName() {
    return wireName;
  }

  String spelling() {
    return spelling;
  }

  static Optional<Comparison> of(String tag) {
    return Optional.ofNullable(
        switch (tag) {
          case "eq", "equals" -> EQ;
          case "ne", "neq", "not_equals" -> NE;
          case "lt" -> LT;
          case "le", "lte" -> LTE;
          case "gt" -> GT;
          case "ge", "gte" -> GTE;
          case "contains" -> CONTAINS;
          default -> null;
        });
  }

  /** Numbers and texts have an order; other values are only equal, or not. */
  public boolean holds(JsonNode left, JsonNode right) {
    return switch (this) {
      case EQ -> CatalogJson.same(left, right);
      case NE -> !CatalogJson.same(left, right);
      case CONTAINS -> contains(left, right);
      case LT, LTE, GT, GTE -> {
        Integer order = order(left, right);
        yield order != null
            && switch (this) {
              case LT -> order < 0;
              case LTE -> order <= 0;
              case GT -> order > 0;
              default -> order >= 0;
            };
      }
    };
  }

  private static boolean contains(JsonNode left, JsonNode right) {
    if (left.isTextual() && right.isTextual()) {
      return left.textValue().contains(right.textValue());
    }
    for (JsonNode element : left) {
      if (CatalogJson.same(element, right)) {
        return true;
      }
    }
    return false;
  }

  /** Null where the two have no order. */
  public static Integer order(JsonNode left, JsonNode right) {
    if (left.isNumber() && right.isNumber()) {
      return left.decimalValue().compareTo(right.decimalValue());
    }
    return left.isTextual() && right.isTextual()
        ? left.textValue().compareTo(right.textValue())
        : null;
  }
}
