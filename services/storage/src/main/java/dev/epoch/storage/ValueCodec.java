package dev.epoch.storage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.error.BadValueException;
import java.io.IOException;

/**
 * Values as JSON, as clients see them, and as the text that rows hold: one that {@link
 * dev.epoch.model.value.Values} brings to the canonical text. What {@link #toJson} gives, {@link
 * #toText} takes back unchanged.
 *
 * <p>Numbers keep their precision; bytes are base64; dates and times are ISO 8601 in UTC; arrays
 * are JSON arrays, composites objects, JSON itself; everything else is its text.
 */
public interface ValueCodec {
  /**
   * @param text null for SQL NULL
   */
  JsonNode toJson(DataType type, String text);

  /**
   * Writes what {@link #toJson} gives. For many values: a codec may do it without a tree.
   *
   * @param out with an object mapper for its codec
   * @param text null for SQL NULL
   */
  default void write(DataType type, String text, JsonGenerator out) throws IOException {
    out.writeTree(toJson(type, text));
  }

  /** Null for JSON null. Fails with {@link BadValueException}, which says what was expected. */
  String toText(DataType type, JsonNode value);
}
