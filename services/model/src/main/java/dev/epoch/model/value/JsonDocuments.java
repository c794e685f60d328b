package dev.epoch.model.value;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/** Reads JSON documents without loss: numbers keep their digits. */
public final class JsonDocuments {
  private static final ObjectMapper SHALLOW =
      exact(new JsonFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper STRICT =
      exact(unlimited()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper ANY = exact(unlimited()).build();

  private JsonDocuments() {}

  private static JsonFactory unlimited() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(Integer.MAX_VALUE)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNameLength(Integer.MAX_VALUE)
                .build())
        .build();
  }

  private static JsonMapper.Builder exact(JsonFactory factory) {
    return JsonMapper.builder(factory)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .nodeFactory(JsonNodeFactory.withExactBigDecimals(true));
  }

  /**
   * A document of any size and depth; of a key that it names twice the last value. Fails with
   * {@link MalformedValueException}.
   */
  public static JsonNode parse(String text) {
    try {
      return ANY.readTree(text);
    } catch (JsonProcessingException e) {
      throw MalformedValueException.form(e.getOriginalMessage());
    }
  }

  /**
   * For those who work part by part: empty for null, for what names a key twice, nests deeper than
   * a thousand levels or is no JSON, which is then taken as one piece.
   */
  public static Optional<JsonNode> read(String text) {
    return read(SHALLOW, text);
  }

  /** As {@link #read}, of any size and depth. */
  static Optional<JsonNode> readExactly(String text) {
    return read(STRICT, text);
  }

  private static Optional<JsonNode> read(ObjectMapper mapper, String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(mapper.readTree(text)).filter(node -> !node.isMissingNode());
    } catch (JsonProcessingException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The document if it is an object. */
  public static Optional<ObjectNode> readObject(String text) {
    return text == null || !text.stripLeading().startsWith("{")
        ? Optional.empty()
        : read(text).filter(JsonNode::isObject).map(ObjectNode.class::cast);
  }

  /**
   * Whether two values, null for an absent one, say the same; numbers by value, keys in any order.
   */
  public static boolean same(JsonNode a, JsonNode b) {
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
