package dev.epoch.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records of the log as JSON and back. Older versions go through the upcasters first, so that the
 * rest of the code knows only the newest version of each record.
 *
 * <pre>
 *   greeted v1 --upcaster--> greeted v2 --upcaster--> greeted v3 --> GreetedV3
 * </pre>
 *
 * Reading is strict: what a version's schema does not have is never dropped silently. A property
 * that is missing, of another type or unknown makes the record unreadable, as does text that is no
 * single JSON object without duplicate names.
 */
public final class RecordCodec {
  private static final int MAX_BYTES_PER_CHARACTER = 3;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .withCoercionConfig(
              LogicalType.Textual,
              texts -> {
                texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
              })
          .build();

  /** Where the codec finds the Java type of a record version; {@link RecordType} as a rule. */
  @FunctionalInterface
  interface Types {
    /** The record type, null if there is none of this name and version. */
    Target of(String wireName, int version);
  }

  /**
   * What a record is read as.
   *
   * @param javaType of the record
   * @param schema that its data must fit
   */
  record Target(Class<? extends Record> javaType, RecordSchema schema) {}

  private record Step(String wireName, int fromVersion) {}

  private final Map<Step, Upcaster> upcasters = new HashMap<>();
  private final Types types;

  RecordCodec(List<Upcaster> upcasters, Types types) {
    this.types = types;
    for (Upcaster upcaster : upcasters) {
      Step step = new Step(upcaster.wireName(), upcaster.fromVersion());
      if (this.upcasters.put(step, upcaster) != null) {
        throw new IllegalArgumentException("two upcasters for " + step);
      }
    }
  }

  public RecordCodec(List<Upcaster> upcasters) {
    this(upcasters, new ReleasedTypes());
  }

  /** With the upcasters of all released versions. */
  public RecordCodec() {
    this(Upcaster.RELEASED);
  }

  /** The types of {@link RecordType}; each schema file is read once. */
  private static final class ReleasedTypes implements Types {
    private final Map<RecordType, Target> known = new ConcurrentHashMap<>();

    @Override
    public Target of(String wireName, int version) {
      return RecordType.of(wireName, version)
          .map(found ->
              known.computeIfAbsent(
                  found, type -> new Target(type.javaType(), RecordSchema.of(type))))
          .orElse(null);
    }
  }

  /**
   * The data of a record as the log keeps it; maps are written in the order of their keys.
   *
   * @throws RecordTooLargeException if the log would not take it
   */
  public String encode(Object data) {
    RecordType type = RecordType.of(data);
    String json;
    try {
      json = JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written: " + data, e);
    }
    if (json.length() > Envelope.MAX_DATA_BYTES / MAX_BYTES_PER_CHARACTER) {
      int bytes = json.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > Envelope.MAX_DATA_BYTES) {
        throw new RecordTooLargeException(type.wireName(), bytes);
      }
    }
    return json;
  }

  /**
   * The data of a record in its newest version.
   *
   * @throws UnreadableRecordException if the type is unknown or the data does not fit its schema
   */
  public Object decode(String wireName, int version, String data) {
    Objects.requireNonNull(wireName, "wireName");
    JsonNode node;
    try {
      node = JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw misfit(wireName, version, "it is no JSON", e);
    }
    int current = version;
    for (Upcaster upcaster; (upcaster = upcasters.get(new Step(wireName, current))) != null; ) {
      try {
        node = upcaster.upcast(node);
      } catch (RuntimeException e) {
        throw misfit(wireName, version, "its upcaster from version " + current + " failed", e);
      }
      current++;
    }
    Target target = types.of(wireName, current);
    if (target == null) {
      throw new UnreadableRecordException(
          "unknown record "
              + wireName
              + " version "
              + current
              + "; was it written by a newer Epoch?",
          null);
    }
    String fault = target.schema().fault(node);
    if (fault != null) {
      throw misfit(wireName, version, fault, null);
    }
    try {
      return JSON.treeToValue(node, target.javaType());
    } catch (JsonProcessingException e) {
      throw misfit(wireName, version, e.getOriginalMessage(), e);
    }
  }

  private static UnreadableRecordException misfit(
      String wireName, int version, String why, Throwable cause) {
    return new UnreadableRecordException(
        "record " + wireName + " version " + version + " does not fit its schema: " + why, cause);
  }

  /** The mapper that the log's JSON is written with: snake case, ISO times. */
  public static ObjectMapper json() {
    return JSON;
  }
}
