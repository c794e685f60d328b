package dev.epoch.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of a JSON document by the paths of REST Assured. It compiles a Groovy class for each path;
 * here only those that hold more than names, places and sizes go that way.
 *
 * <pre>
 *   records[0].name     of one        records.name       of each, as a list
 *   records[-1]         the last      records.size()     how many
 * </pre>
 */
final class AnswerPath {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STEP = "(?:[A-Za-z_]\\w*|'[^'.]*')";
  private static final Pattern SIMPLE =
      Pattern.compile(
          "%1$s(?:\\[-?\\d+])*(?:\\.%1$s(?:\\[-?\\d+])*)*(?:\\.size\\(\\))?".formatted(STEP));
  private static final Pattern PART = Pattern.compile("(size\\(\\))|(" + STEP + ")|\\[(-?\\d+)]");

  private final String text;
  private Object root;

  AnswerPath(String text) {
    this.text = text;
  }

  /** Null where nothing stands. */
  Object get(String path) {
    if (!SIMPLE.matcher(path).matches()) {
      return JsonPath.from(text).get(path);
    }
    Object value = root();
    Matcher parts = PART.matcher(path);
    while (parts.find()) {
      if (parts.group(1) != null) {
        value = size(value);
      } else if (parts.group(2) != null) {
        value = property(value, parts.group(2).replace("'", ""));
      } else {
        value = element(value, Integer.parseInt(parts.group(3)));
      }
    }
    return value;
  }

  private Object root() {
    if (root == null) {
      try {
        root = plain(JSON.readTree(text));
      } catch (JsonProcessingException e) {
        throw new AssertionError("No JSON: " + text, e);
      }
    }
    return root;
  }

  private static Object property(Object value, String name) {
    if (value instanceof Map<?, ?> map) {
      return map.get(name);
    }
    if (value instanceof List<?> list) {
      List<Object> each = new ArrayList<>();
      list.forEach(element -> each.add(property(element, name)));
      return each;
    }
    return null;
  }

  private static Object element(Object value, int place) {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    int index = place < 0 ? list.size() + place : place;
    return index < 0 || index >= list.size() ? null : list.get(index);
  }

  private static Object size(Object value) {
    return switch (value) {
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case String characters -> characters.length();
      case null, default -> null;
    };
  }

  private static Object plain(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>();
        node.forEach(element -> list.add(plain(element)));
        yield list;
      }
      case STRING -> node.textValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> number(node);
      default -> null;
    };
  }

  private static Object number(JsonNode node) {
    if (!node.isIntegralNumber()) {
      return node.floatValue();
    }
    if (node.canConvertToInt()) {
      return node.intValue();
    }
    return node.canConvertToLong() ? (Object) node.longValue() : node.bigIntegerValue();
  }
}
