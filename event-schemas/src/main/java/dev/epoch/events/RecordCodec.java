package dev.epoch.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.List;
import java.util.Objects;

/**
 * Records of the log as JSON and back. Older versions go through the upcasters first, so that the
 * rest of the code knows only the newest version of each record.
 */
public final class RecordCodec {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final List<Upcaster> upcasters;

  public RecordCodec(List<Upcaster> upcasters) {
    this.upcasters = List.copyOf(upcasters);
  }

  /** With the upcasters of all released versions. */
  public RecordCodec() {
    this(Upcaster.RELEASED);
  }

  /** The data of a record as the log keeps it. */
  public String encode(Object data) {
    RecordType.of(data);
    try {
      return JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written: " + data, e);
    }
  }

  /**
   * The data of a record in its newest version.
   *
   * @throws UnreadableRecordException if the type is unknown or the data does not fit its schema
   */
  public Object decode(String wireName, int version, String data) {
    Objects.requireNonNull(wireName, "wireName");
    try {
      JsonNode node = JSON.readTree(data);
      int current = version;
      for (boolean found = true; found; ) {
        found = false;
        for (Upcaster upcaster : upcasters) {
          if (upcaster.wireName().equals(wireName) && upcaster.fromVersion() == current) {
            node = upcaster.upcast(node);
            current++;
            found = true;
          }
        }
      }
      int readable = current;
      RecordType type =
          RecordType.of(wireName, readable)
              .orElseThrow(() ->
                  new UnreadableRecordException(
                      "unknown record "
                          + wireName
                          + " version "
                          + readable
                          + "; was it written by a newer Epoch?",
                      null));
      return JSON.treeToValue(node, type.javaType());
    } catch (JsonProcessingException e) {
      throw new UnreadableRecordException(
          "record " + wireName + " version " + version + " does not fit its schema", e);
    }
  }

  /** The mapper that the log's JSON is written with: snake case, ISO times. */
  public static ObjectMapper json() {
    return JSON;
  }
}
