package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * An object of JSON that is read field by field.
 *
 * @param node the object
 * @param where it is, for messages
 */
public record JsonFields(JsonNode node, String where) {
  public JsonFields {
    if (node == null || !node.isObject()) {
      throw new InvalidCatalogException(where + " should be an object");
    }
  }

  /** Fails if there is a field that nobody would read. */
  public JsonFields allow(Set<String> names) {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!names.contains(name)) {
            throw new InvalidCatalogException(where + " has no field '" + name + "'");
          }
        });
    return this;
  }

  /** The value of the first of these fields that is there and not null, else null. */
  public JsonNode first(String... names) {
    for (String name : names) {
      JsonNode found = node.get(name);
      if (found != null && !found.isNull()) {
        return found;
      }
    }
    return null;
  }

  public boolean has(String name) {
    return node.has(name);
  }

  /** The text, null if it is absent. */
  public String text(String... names) {
    JsonNode found = first(names);
    if (found == null) {
      return null;
    }
    if (!found.isTextual()) {
      throw new InvalidCatalogException(where + "." + names[0] + " should be a text");
    }
    return found.textValue();
  }

  public String requiredText(String... names) {
    String found = text(names);
    if (found == null || found.isBlank()) {
      throw new InvalidCatalogException(where + "." + names[0] + " is missing");
    }
    return found;
  }

  public boolean flag(String name) {
    JsonNode found = first(name);
    if (found == null) {
      return false;
    }
    if (!found.isBoolean()) {
      throw new InvalidCatalogException(where + "." + name + " should be true or false");
    }
    return found.booleanValue();
  }

  /** The whole number, null if it is absent. */
  public Long whole(String... names) {
    JsonNode found = first(names);
    return found == null ? null : whole(found, where + "." + names[0]);
  }

  public static long whole(JsonNode node, String where) {
    if (!node.isNumber() || !node.canConvertToExactIntegral() || !node.canConvertToLong()) {
      throw new InvalidCatalogException(where + " should be a whole number");
    }
    return node.longValue();
  }

  /** The elements of a list, none if it is absent. */
  public <T> List<T> list(String name, BiFunction<JsonNode, String, T> element) {
    JsonNode found = first(name);
    return found == null ? List.of() : list(found, where + "." + name, element);
  }

  public static <T> List<T> list(
      JsonNode node, String where, BiFunction<JsonNode, String, T> element) {
    if (!node.isArray()) {
      throw new InvalidCatalogException(where + " should be a list");
    }
    List<T> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(element.apply(node.get(i), where + "[" + i + "]"));
    }
    return elements;
  }

  /** One text, or a list of them. */
  public static List<String> texts(JsonNode node, String where) {
    if (node.isTextual()) {
      return List.of(node.textValue());
    }
    return list(
        node,
        where,
        (element, at) -> {
          if (!element.isTextual()) {
            throw new InvalidCatalogException(at + " should be a text");
          }
          return element.textValue();
        });
  }

  /**
   * A tag in one spelling: {@code PropLt}, {@code prop-lt}, {@code PROP_LT} and {@code prop_lt} are
   * {@code prop_lt}.
   */
  public static String tag(String spelled) {
    String separated =
        spelled.equals(spelled.toUpperCase(Locale.ROOT))
            ? spelled
            : spelled.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_");
    return separated.replace('-', '_').toLowerCase(Locale.ROOT);
  }

  /** The only field of an object: its tag, and what it holds. */
  public static Tagged tagged(JsonNode node, String where) {
    if (node.isTextual()) {
      return new Tagged(tag(node.textValue()), null);
    }
    if (node instanceof ObjectNode object && object.size() == 1) {
      String name = object.fieldNames().next();
      JsonNode value = object.get(name);
      return new Tagged(tag(name), value.isNull() ? null : value);
    }
    throw new InvalidCatalogException(where + " should be an object of one field");
  }

  /**
   * A value with a tag.
   *
   * @param tag as {@link #tag} spells it
   * @param value null if it has none
   */
  public record Tagged(String tag, JsonNode value) {}
}
