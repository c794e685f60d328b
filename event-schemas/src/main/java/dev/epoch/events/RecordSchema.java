package dev.epoch.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the schema file of a record demands of it as a whole: which properties must be there, and
 * which of them may be null. The parts inside are checked by the Java records themselves.
 *
 * @param required names that every record of this version has
 * @param notNull those of them that are never null
 */
record RecordSchema(List<String> required, List<String> notNull) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** From the file {@code schemas/events/branch-created.v1.json}, and so on. */
  static RecordSchema of(RecordType type) {
    String file =
        "schemas/%ss/%s.v%d.json"
            .formatted(
                type.kind().name().toLowerCase(Locale.ROOT), type.wireName(), type.version());
    try (InputStream in = RecordSchema.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("no schema file " + file);
      }
      return of(JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RecordSchema of(JsonNode schema) {
    List<String> required = new ArrayList<>();
    List<String> notNull = new ArrayList<>();
    for (JsonNode name : schema.path("required")) {
      required.add(name.textValue());
      if (!allowsNull(schema.path("properties").path(name.textValue()))) {
        notNull.add(name.textValue());
      }
    }
    return new RecordSchema(List.copyOf(required), List.copyOf(notNull));
  }

  private static boolean allowsNull(JsonNode property) {
    for (JsonNode type : property.path("type")) {
      if (type.textValue().equals("null")) {
        return true;
      }
    }
    for (JsonNode choice : property.path("oneOf")) {
      if (choice.path("type").asText().equals("null")) {
        return true;
      }
    }
    return false;
  }

  /** What of the data does not fit, null if nothing of it. */
  String fault(JsonNode data) {
    if (!data.isObject()) {
      return "it is no JSON object";
    }
    for (String name : required) {
      if (!data.has(name)) {
        return "it lacks '" + name + "'";
      }
    }
    for (String name : notNull) {
      if (data.get(name).isNull()) {
        return "'" + name + "' is null";
      }
    }
    return null;
  }
}
