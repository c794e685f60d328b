package dev.epoch.storage.reference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.Values;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.postgres.codec.PostgresValueCodec;

/** Values of a database that holds their canonical texts, and the zeros of decimals. */
final class ReferenceValueCodec implements ValueCodec {
  /** For the forms of JSON, which all backends share. */
  private final ValueCodec forms = new PostgresValueCodec();

  @Override
  public JsonNode toJson(DataType type, String text) {
    boolean bytes = text != null && type.base().kind() == DataType.Kind.BYTES;
    return forms.toJson(type, bytes ? "\\x" + text : text);
  }

  @Override
  public String toText(DataType type, JsonNode value) {
    String text = forms.toText(type, value);
    return text == null ? null : spelt(type, text);
  }

  /** How a row holds a value that PostgreSQL prints like this. */
  static String spelt(DataType type, String text) {
    return type.base().kind() == DataType.Kind.DECIMAL ? text : Values.canonical(type, text);
  }
}
