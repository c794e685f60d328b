package dev.epoch.events.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Random data that fits a schema: nulls where they may be, optional properties now and then, texts
 * with every kind of character, numbers up to their limits.
 */
final class SampleData {
  private static final Pattern SIMPLE =
      Pattern.compile("\\^([a-z]?)\\[(0-9a-f|a-z0-9)]\\{(\\d+)}\\$");
  private static final List<String> TEXTS =
      List.of(
          "",
          "users",
          "main",
          "feature/x",
          "a \"quoted\" \\ one",
          "tab\tnew\nline",
          "żółć 💾",
          "\0");
  private static final int MAX_DEPTH = 4;

  private final JsonNodeFactory json = JsonNodeFactory.instance;
  private final Random random;

  SampleData(Random random) {
    this.random = random;
  }

  JsonNode of(SchemaFile file) {
    return value(file, file.schema(), 0);
  }

  private JsonNode value(SchemaFile file, JsonNode schema, int depth) {
    if (schema.has("$ref")) {
      return referenced(file, schema.get("$ref").textValue(), depth);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("oneOf")) {
      return value(
          file, schema.get("oneOf").get(random.nextInt(schema.get("oneOf").size())), depth);
    }
    return switch (type(schema.get("type"))) {
      case "null" -> json.nullNode();
      case "boolean" -> json.booleanNode(random.nextBoolean());
      case "integer" -> json.numberNode(integer());
      case "string" -> json.textNode(text(schema));
      case "array" -> array(file, schema, depth);
      case "object" -> object(file, schema, depth);
      default -> throw new IllegalArgumentException("no sample of " + schema);
    };
  }

  private JsonNode referenced(SchemaFile file, String reference, int depth) {
    if (reference.startsWith("#/$defs/")) {
      String name = reference.substring("#/$defs/".length());
      return value(file, file.schema().get("$defs").get(name), depth);
    }
    SchemaFile shared = SchemaFile.of(reference.substring("../".length()));
    return value(shared, shared.schema(), depth);
  }

  private String type(JsonNode type) {
    return type.isArray() ? type.get(random.nextInt(type.size())).textValue() : type.textValue();
  }

  private long integer() {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> Long.MAX_VALUE;
      default -> random.nextLong(100_000);
    };
  }

  private String text(JsonNode schema) {
    String format = schema.path("format").asText();
    if (format.equals("uuid")) {
      return new UUID(random.nextLong(), random.nextLong()).toString();
    }
    if (format.equals("date-time")) {
      return Instant.ofEpochSecond(
              random.nextLong(4_000_000_000L), random.nextInt(1_000_000) * 1000L)
          .toString();
    }
    Matcher simple = SIMPLE.matcher(schema.path("pattern").asText());
    if (simple.matches()) {
      String characters =
          simple.group(2).equals("0-9a-f") ? "0123456789abcdef" : "abcdefghijklmnopqrstuvwxyz0189";
      StringBuilder text = new StringBuilder(simple.group(1));
      for (int i = 0; i < Integer.parseInt(simple.group(3)); i++) {
        text.append(characters.charAt(random.nextInt(characters.length())));
      }
      return text.toString();
    }
    if (schema.has("pattern")) {
      throw new IllegalArgumentException("no sample of the pattern " + schema.get("pattern"));
    }
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private ArrayNode array(SchemaFile file, JsonNode schema, int depth) {
    ArrayNode array = json.arrayNode();
    int size = schema.path("minItems").asInt() + (depth > MAX_DEPTH ? 0 : random.nextInt(3));
    for (int i = 0; i < size; i++) {
      array.add(value(file, schema.get("items"), depth + 1));
    }
    return array;
  }

  private ObjectNode object(SchemaFile file, JsonNode schema, int depth) {
    ObjectNode object = json.objectNode();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.textValue()));
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (required.contains(property.getKey()) || (depth <= MAX_DEPTH && random.nextBoolean())) {
        object.set(property.getKey(), value(file, property.getValue(), depth + 1));
      }
    }
    if (schema.has("if") && !object.has(condition(schema))) {
      for (Map.Entry<String, JsonNode> forced : schema.at("/then/properties").properties()) {
        object.set(forced.getKey(), forced.getValue().get("const"));
      }
    }
    JsonNode more = schema.path("additionalProperties");
    for (int i = more.isBoolean() && !more.booleanValue() ? 0 : random.nextInt(3); i > 0; i--) {
      String name =
          schema.has("propertyNames")
              ? value(file, schema.get("propertyNames"), depth).textValue()
              : "key " + i;
      object.set(name, more.isBoolean() ? anything(depth) : value(file, more, depth + 1));
    }
    return object;
  }

  private static String condition(JsonNode schema) {
    return schema.at("/if/not/required/0").textValue();
  }

  private JsonNode anything(int depth) {
    return switch (random.nextInt(depth > MAX_DEPTH ? 6 : 8)) {
      case 0 -> json.nullNode();
      case 1 -> json.booleanNode(true);
      case 2 -> json.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
      case 3 -> json.numberNode(random.nextLong());
      case 4 -> json.numberNode(new BigInteger(200, random));
      case 5 -> json.numberNode(new BigDecimal(new BigInteger(200, random), random.nextInt(80)));
      case 6 -> json.arrayNode().add(anything(depth + 1)).add(anything(depth + 1));
      default -> json.objectNode().set("nested", anything(depth + 1));
    };
  }
}
