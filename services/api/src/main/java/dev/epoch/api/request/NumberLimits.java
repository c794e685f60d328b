package dev.epoch.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
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
    Deque<Level> levels = new ArrayDeque<>();
    look(value, levels, place);
    while (!levels.isEmpty()) {
      JsonNode part = levels.getLast().next();
      if (part == null) {
        levels.removeLast();
      } else {
        look(part, levels, place);
      }
    }
    return value;
  }

  private static void look(JsonNode value, Deque<Level> levels, Object... place) {
    if (value.isContainerNode()) {
      levels.addLast(new Level(value));
    } else if (value.isBigDecimal()
        && Math.abs((long) value.decimalValue().scale()) > GREATEST_EXPONENT) {
      List<Object> path = new ArrayList<>(List.of(place));
      levels.forEach(level -> path.add(level.at));
      throw new InvalidRequestException(
          new FieldProblem("number_too_large", path, "The number is too large", Map.of()));
    }
  }

  /** The parts of an object or array, one after another. */
  private static final class Level {
    private final JsonNode node;
    private final Iterator<Map.Entry<String, JsonNode>> fields;
    private int index;

    /** Name or index of the part that came last. */
    private Object at;

    Level(JsonNode node) {
      this.node = node;
      this.fields = node.properties().iterator();
    }

    /** Null behind the last one. */
    JsonNode next() {
      if (node.isArray() && index < node.size()) {
        at = index;
        return node.get(index++);
      }
      if (fields.hasNext()) {
        Map.Entry<String, JsonNode> field = fields.next();
        at = field.getKey();
        return field.getValue();
      }
      return null;
    }
  }
}
