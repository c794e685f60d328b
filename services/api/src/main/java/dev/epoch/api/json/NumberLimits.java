package dev.epoch.api.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Numbers that are short to write and huge to hold, such as {@code 1e999999999}, are refused before
 * anybody computes with them.
 */
public final class NumberLimits {
  private static final long GREATEST_EXPONENT = 150_000;

  private NumberLimits() {}

  /**
   * @param place where the value stands in the request
   * @return the value
   */
  public static JsonNode check(JsonNode value, Object... place) {
    List<Object> path = new ArrayList<>(List.of(place));
    walk(value, path);
    return value;
  }

  private static void walk(JsonNode value, List<Object> path) {
    if (value.isBigDecimal()) {
      if (Math.abs((long) value.decimalValue().scale()) > GREATEST_EXPONENT) {
        throw new InvalidRequestException(
            new FieldProblem("number_too_large", path, "The number is too large", Map.of()));
      }
    } else if (value.isObject()) {
      value.properties().forEach(field -> within(field.getKey(), field.getValue(), path));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        within(i, value.get(i), path);
      }
    }
  }

  private static void within(Object part, JsonNode value, List<Object> path) {
    path.add(part);
    walk(value, path);
    path.removeLast();
  }
}
