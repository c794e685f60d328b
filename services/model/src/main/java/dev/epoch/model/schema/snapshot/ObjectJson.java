package dev.epoch.model.schema.snapshot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.epoch.model.schema.object.CompositeType;
import dev.epoch.model.schema.object.DomainType;
import dev.epoch.model.schema.object.EnumType;
import dev.epoch.model.schema.object.Extension;
import dev.epoch.model.schema.object.FunctionDefinition;
import dev.epoch.model.schema.object.RangeType;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.object.ViewDefinition;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Objects as JSON: the components of their records, and the property {@code object} that says which
 * record it is. The same object always gives the same text.
 */
public final class ObjectJson {
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "object")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = CompositeType.class, name = "composite"),
    @JsonSubTypes.Type(value = DomainType.class, name = "domain"),
    @JsonSubTypes.Type(value = EnumType.class, name = "enum"),
    @JsonSubTypes.Type(value = Extension.class, name = "extension"),
    @JsonSubTypes.Type(value = FunctionDefinition.class, name = "function"),
    @JsonSubTypes.Type(value = RangeType.class, name = "range"),
    @JsonSubTypes.Type(value = SequenceDefinition.class, name = "sequence"),
    @JsonSubTypes.Type(value = TableDefinition.class, name = "table"),
    @JsonSubTypes.Type(value = ViewDefinition.class, name = "view")
  })
  private interface Named {}

  /** Sets have no order of their own. */
  @SuppressWarnings({"rawtypes", "unchecked"})
  private static final class InOrder extends JsonSerializer<Set> {
    @Override
    public void serialize(Set set, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartArray();
      for (Object element : new TreeSet<>(set)) {
        provider.defaultSerializeValue(element, json);
      }
      json.writeEndArray();
    }
  }

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addMixIn(SchemaObject.class, Named.class)
          .addModule(new SimpleModule().addSerializer(Set.class, new InOrder()))
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private ObjectJson() {}

  public static JsonNode tree(SchemaObject object) {
    return JSON.valueToTree(object);
  }

  static byte[] bytes(SchemaObject object) {
    try {
      return JSON.writerFor(SchemaObject.class).writeValueAsBytes(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts and numbers can be written", e);
    }
  }

  /** Of records, texts and collections of these. */
  static byte[] bytesOf(Object value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of texts and numbers can be written", e);
    }
  }

  /** Fails with {@link IllegalArgumentException}. */
  static SchemaObject object(JsonNode tree) {
    try {
      return JSON.treeToValue(tree, SchemaObject.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not an object of a schema: " + e.getMessage(), e);
    }
  }

  static ObjectMapper mapper() {
    return JSON;
  }
}
