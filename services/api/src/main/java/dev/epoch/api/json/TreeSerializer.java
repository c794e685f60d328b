package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;

/** Writes trees of any depth without a stack as deep: documents come from databases. */
final class TreeSerializer extends JsonSerializer<JsonNode> {

  @Override
  public Class<JsonNode> handledType() {
    return JsonNode.class;
  }

  @Override
  public boolean isEmpty(SerializerProvider provider, JsonNode node) {
    return node.isContainerNode() && node.isEmpty();
  }

  @Override
  public void serializeWithType(
      JsonNode root, JsonGenerator out, SerializerProvider provider, TypeSerializer types)
      throws IOException {
    serialize(root, out, provider);
  }

  @Override
  public void serialize(JsonNode root, JsonGenerator out, SerializerProvider provider)
      throws IOException {
    Deque<Iterator<?>> open = new ArrayDeque<>();
    begin(root, out, provider, open);
    while (!open.isEmpty()) {
      if (!open.peek().hasNext()) {
        open.pop();
        if (out.getOutputContext().inObject()) {
          out.writeEndObject();
        } else {
          out.writeEndArray();
        }
        continue;
      }
      switch (open.peek().next()) {
        case Map.Entry<?, ?> field -> {
          out.writeFieldName((String) field.getKey());
          begin((JsonNode) field.getValue(), out, provider, open);
        }
        case Object element -> begin((JsonNode) element, out, provider, open);
      }
    }
  }

  private static void begin(
      JsonNode node, JsonGenerator out, SerializerProvider provider, Deque<Iterator<?>> open)
      throws IOException {
    if (node.isObject()) {
      out.writeStartObject();
      open.push(node.properties().iterator());
    } else if (node.isArray()) {
      out.writeStartArray();
      open.push(node.elements());
    } else {
      node.serialize(out, provider);
    }
  }
}
