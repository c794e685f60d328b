package dev.epoch.model.merge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON values without loss, or not at all: numbers keep their digits, and what names a key
 * twice, nests too deep or is no JSON is not read, so that it is merged as one piece.
 */
final class JsonDocuments {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonDocuments() {}

  static Optional<JsonNode> read(String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(MAPPER.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  static Optional<ObjectNode> readObject(String text) {
    return text == null || !text.stripLeading().startsWith("{")
        ? Optional.empty()
        : read(text).filter(JsonNode::isObject).map(ObjectNode.class::cast);
  }

  /**
   * Whether two values, null for an absent one, say the same; numbers by value, keys in any order.
   */
  static boolean same(JsonNode a, JsonNode b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (a.isNumber() && b.isNumber()) {
      return a.decimalValue().compareTo(b.decimalValue()) == 0;
    }
    if (a.isContainerNode()) {
      return a.getNodeType() == b.getNodeType() && a.size() == b.size() && sameParts(a, b);
    }
    return a.equals(b);
  }

  private static boolean sameParts(JsonNode a, JsonNode b) {
    if (a.isArray()) {
      for (int i = 0; i < a.size(); i++) {
        if (!same(a.get(i), b.get(i))) {
          return false;
        }
      }
      return true;
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = a.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!b.has(field.getKey()) || !same(field.getValue(), b.get(field.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
