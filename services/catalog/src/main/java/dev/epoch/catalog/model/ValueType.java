package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;

/** The types of properties. */
public enum ValueType {
  STRING("String"),
  NUMBER("Number"),
  BOOLEAN("Boolean"),
  OBJECT("Object"),
  ARRAY("Array"),
  STRING_LIST("StringList");

  private final String spelling;

  ValueType(String spelling) {
    this.spelling = spelling;
  }

  /** As answers spell it. */
  public String spelling() {
    return spelling;
  }

  public boolean holds(JsonNode value) {
    return switch (this) {
      case STRING -> value.isTextual();
      case NUMBER -> value.isNumber();
      case BOOLEAN -> value.isBoolean();
      case OBJECT -> value.isObject();
      case ARRAY -> value.isArray();
      case STRING_LIST -> isTexts(value);
    };
  }

  private static boolean isTexts(JsonNode value) {
    if (!value.isArray()) {
      return false;
    }
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        return false;
      }
    }
    return true;
  }

  /** The type that a value has if nothing says it. */
  public static ValueType of(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> NUMBER;
      case BOOLEAN -> BOOLEAN;
      case OBJECT -> OBJECT;
      case ARRAY -> ARRAY;
      default -> STRING;
    };
  }

  public static ValueType parse(String text, String where) {
    if (text == null) {
      throw new InvalidCatalogException(where + " is missing");
    }
    return switch (JsonFields.tag(text)) {
      case "string", "text" -> STRING;
      case "number", "float", "integer" -> NUMBER;
      case "boolean", "bool" -> BOOLEAN;
      case "object" -> OBJECT;
      case "array" -> ARRAY;
      case "string_list", "stringlist" -> STRING_LIST;
      default ->
          throw new InvalidCatalogException(
              where
                  + ": there is no type '"
                  + text
                  + "'; there are String, Number, Boolean, Object, Array and StringList");
    };
  }
}
