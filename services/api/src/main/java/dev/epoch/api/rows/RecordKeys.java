package dev.epoch.api.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.BadValueException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/**
 * Keys of records as clients write them.
 *
 * <pre>
 *   in paths and cursors   42        eu,17        a%2Cb,17       parts joined by commas, each URL-encoded
 *   in JSON                42        ["eu", 17]   {"region": "eu", "id": 17}
 * </pre>
 */
public final class RecordKeys {
  private final List<Column> columns;
  private final ValueCodec values;

  public RecordKeys(TableSchema schema, ValueCodec values) {
    this.columns =
        schema.primaryKey().stream().map(name -> schema.column(name).orElseThrow()).toList();
    this.values = values;
  }

  /**
   * The key that a path names, still URL-encoded. A comma in a key of one column may stand bare.
   */
  public RowKey fromPath(String encoded) {
    String[] parts = columns.size() == 1 ? new String[] {encoded} : encoded.split(",", -1);
    if (parts.length != columns.size()) {
      throw wrongCount(parts.length, "key");
    }
    String[] texts = new String[parts.length];
    for (int i = 0; i < parts.length; i++) {
      texts[i] = text(columns.get(i), value(columns.get(i), decode(parts[i])));
    }
    return RowKey.of(texts);
  }

  /** The key in JSON: one value, an array in key order, or an object by column. */
  public RowKey fromJson(JsonNode key) {
    String[] texts = new String[columns.size()];
    if (key.isObject()) {
      for (int i = 0; i < texts.length; i++) {
        Column column = columns.get(i);
        if (!key.has(column.name())) {
          throw new InvalidRequestException(
              new FieldProblem(
                  "missing",
                  List.of("body", "key", column.name()),
                  "The key column is missing",
                  java.util.Map.of()));
        }
        texts[i] = text(column, key.get(column.name()));
      }
      if (key.size() != texts.length) {
        throw wrongCount(key.size(), "key");
      }
      return RowKey.of(texts);
    }
    if (columns.size() == 1 && !(key.isArray() && key.size() == 1)) {
      return RowKey.of(text(columns.getFirst(), key));
    }
    if (!key.isArray() || key.size() != texts.length) {
      throw wrongCount(key.isArray() ? key.size() : 1, "key");
    }
    for (int i = 0; i < texts.length; i++) {
      texts[i] = text(columns.get(i), key.get(i));
    }
    return RowKey.of(texts);
  }

  /** The form that {@link #fromPath} reads. */
  public String toPath(RowKey key) {
    StringJoiner path = new StringJoiner(",");
    for (int i = 0; i < columns.size(); i++) {
      JsonNode value = values.toJson(columns.get(i).type(), key.get(i));
      String text = value.isTextual() ? value.textValue() : ApiJson.text(value);
      path.add(URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return path.toString();
  }

  /** Key columns and their values. */
  public ObjectNode toJson(RowKey key) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < columns.size(); i++) {
      json.set(columns.get(i).name(), values.toJson(columns.get(i).type(), key.get(i)));
    }
    return json;
  }

  private String text(Column column, JsonNode value) {
    String text;
    try {
      text = values.toText(column.type(), value);
    } catch (BadValueException bad) {
      throw new BadValueException(
          "Key column '" + column.name() + "': " + bad.getMessage(), bad.remedy(), bad);
    }
    if (text == null) {
      throw new BadValueException("Key column '" + column.name() + "' cannot be null", null);
    }
    return text;
  }

  /** Text of a path as JSON: documents are parsed, the rest are strings, which codecs take. */
  private static JsonNode value(Column column, String text) {
    DataType.Kind kind = column.type().base().kind();
    boolean document =
        kind == DataType.Kind.COMPOSITE
            || kind == DataType.Kind.JSON
            || kind == DataType.Kind.JSON_BINARY
            || (kind == DataType.Kind.ARRAY && text.startsWith("["));
    if (!document) {
      return TextNode.valueOf(text);
    }
    try {
      return ApiJson.mapper().readTree(text);
    } catch (JsonProcessingException notJson) {
      throw new BadValueException("Key column '" + column.name() + "' is JSON in a path", null);
    }
  }

  private static String decode(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new InvalidRequestException(
          FieldProblem.query(
              "value_error", "key", "A % is not followed by two hexadecimal digits"));
    }
  }

  private InvalidRequestException wrongCount(int given, String field) {
    List<String> names = columns.stream().map(Column::name).toList();
    return new InvalidRequestException(
        FieldProblem.query(
            "value_error",
            field,
            "The key has the columns " + names + ", and " + given + " value(s) were given"));
  }
}
