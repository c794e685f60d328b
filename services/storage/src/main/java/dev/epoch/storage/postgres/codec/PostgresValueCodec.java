package dev.epoch.storage.postgres.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.ArrayText;
import dev.epoch.model.value.CompositeText;
import dev.epoch.model.value.IntervalText;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.model.value.JsonText;
import dev.epoch.model.value.MalformedValueException;
import dev.epoch.model.value.UuidText;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.error.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL's values. Rows hold what {@code column::text} gives under the settings of {@code
 * Database}, which {@link dev.epoch.model.value.Values} brings to the canonical text.
 *
 * <p>Values are taken as strings too wherever that is clear ({@code "42"} for an integer), for
 * clients that hold a key or a filter as text.
 *
 * <p>What JSON has no form for keeps PostgreSQL's text: infinite and not-a-number values, arrays
 * whose subscripts do not start at 1, arrays of several dimensions whose elements may be JSON
 * arrays. The JSON document {@code null} is not SQL NULL: it is {@code {"$json": null}}, and a
 * document that looks like that is wrapped once more. The type {@code json}, which keeps white
 * space, doubled keys and spellings of numbers in the database, gives the document alone, and is
 * compact when written back.
 */
public final class PostgresValueCodec implements ValueCodec {
  private static final String WRAPPER = "$json";
  private static final Pattern LENGTH = Pattern.compile("\\((\\d+)\\)$");
  private static final Pattern RANGE =
      Pattern.compile("\\s*(empty|[\\[(].*,.*[\\])]|\\{.*})\\s*", Pattern.DOTALL);
  private static final Pattern NETWORK = Pattern.compile("[0-9A-Fa-f:./-]+");
  private static final Pattern BITS = Pattern.compile("[01]*");

  @Override
  public JsonNode toJson(DataType type, String text) {
    if (text == null) {
      return NullNode.instance;
    }
    return switch (type.kind()) {
      case BOOLEAN -> BooleanNode.valueOf(text.startsWith("t"));
      case INTEGER -> NumberText.integerToJson(text);
      case DECIMAL -> NumberText.decimalToJson(text);
      case FLOAT -> NumberText.floatToJson(text);
      case BYTES -> TextNode.valueOf(bytesToJson(text));
      case TIMESTAMP -> TextNode.valueOf(PostgresTime.timestampToJson(text));
      case TIMESTAMP_WITH_ZONE -> TextNode.valueOf(PostgresTime.instantToJson(text));
      case TIME_WITH_ZONE -> TextNode.valueOf(PostgresTime.timeWithZoneToJson(text));
      case JSON, JSON_BINARY -> wrapped(document(text));
      case ARRAY -> arrayToJson(type, text);
      case COMPOSITE -> compositeToJson(type, text);
      case DOMAIN -> toJson(type.element(), text);
      case TEXT, DATE, TIME, INTERVAL, UUID, ENUM, RANGE, NETWORK, BITS, TEXT_SEARCH, OTHER ->
          TextNode.valueOf(text);
    };
  }

  @Override
  public void write(DataType type, String text, JsonGenerator out) throws IOException {
    if (text == null) {
      out.writeNull();
      return;
    }
    switch (type.kind()) {
      case BOOLEAN -> out.writeBoolean(text.startsWith("t"));
      case INTEGER, DECIMAL, FLOAT -> {
        if (NumberText.isJson(text)) {
          out.writeNumber(text);
        } else {
          out.writeTree(toJson(type, text));
        }
      }
      case BYTES -> out.writeString(bytesToJson(text));
      case TIMESTAMP -> out.writeString(PostgresTime.timestampToJson(text));
      case TIMESTAMP_WITH_ZONE -> out.writeString(PostgresTime.instantToJson(text));
      case TIME_WITH_ZONE -> out.writeString(PostgresTime.timeWithZoneToJson(text));
      case DOMAIN -> write(type.element(), text, out);
      case JSON, JSON_BINARY, ARRAY, COMPOSITE -> out.writeTree(toJson(type, text));
      case TEXT, DATE, TIME, INTERVAL, UUID, ENUM, RANGE, NETWORK, BITS, TEXT_SEARCH, OTHER ->
          out.writeString(text);
    }
  }

  @Override
  public String toText(DataType type, JsonNode value) {
    return value == null ? null : toText(type, value, false);
  }

  /**
   * @param nested inside an array or composite, where some types print otherwise than alone
   */
  private String toText(DataType type, JsonNode value, boolean nested) {
    if (value.isNull() || value.isMissingNode()) {
      return null;
    }
    return switch (type.kind()) {
      case BOOLEAN -> bool(type, value, nested);
      case INTEGER -> NumberText.integerToText(type, value);
      case DECIMAL -> NumberText.decimalToText(type, value);
      case FLOAT -> NumberText.floatToText(type, value);
      case TEXT -> text(type, value, nested);
      case BYTES -> bytes(type, value);
      case DATE -> PostgresTime.date(type, string(type, "a date like 2024-01-31", value));
      case TIME -> PostgresTime.time(type, string(type, "a time of day like 12:30:00", value));
      case TIME_WITH_ZONE ->
          PostgresTime.timeWithZone(type, string(type, "a time like 12:30:00+02:00", value));
      case TIMESTAMP ->
          PostgresTime.timestamp(type, string(type, "a time like 2024-01-31T12:30:00", value));
      case TIMESTAMP_WITH_ZONE ->
          PostgresTime.instant(type, string(type, "a time like 2024-01-31T12:30:00Z", value));
      case INTERVAL -> interval(type, string(type, "an ISO 8601 duration like P1DT12H", value));
      case UUID -> uuid(type, value);
      case JSON -> json(type, value, JsonText.Style.COMPACT);
      case JSON_BINARY -> json(type, value, new JsonbStyle(type));
      case ARRAY -> array(type, value);
      case COMPOSITE -> composite(type, value);
      case DOMAIN -> toText(type.element(), value, nested);
      case ENUM -> label(type, value);
      case RANGE -> matching(RANGE, type, "a range like [1,10)", value);
      case NETWORK -> network(type, value, nested);
      case BITS -> bits(type, value);
      case TEXT_SEARCH -> string(type, "a text", value);
      case OTHER ->
          value.isNumber() ? value.asText() : string(type, "the value's text in a string", value);
    };
  }

  private static String string(DataType type, String form, JsonNode value) {
    if (!value.isTextual()) {
      throw BadValues.expected(type, form + " in a string", value);
    }
    String text = value.textValue();
    if (text.indexOf('\0') >= 0) {
      throw BadValues.refused(type, "PostgreSQL's texts cannot hold a zero character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw BadValues.refused(type, "it holds half of a character");
    }
    return text;
  }

  private static String matching(Pattern pattern, DataType type, String form, JsonNode value) {
    String text = string(type, form, value);
    if (!pattern.matcher(text).matches()) {
      throw BadValues.expected(type, form, value);
    }
    return text;
  }

  private static String bool(DataType type, JsonNode value, boolean nested) {
    boolean truth;
    if (value.isBoolean()) {
      truth = value.booleanValue();
    } else if (value.isTextual() && Set.of("true", "t").contains(value.textValue())) {
      truth = true;
    } else if (value.isTextual() && Set.of("false", "f").contains(value.textValue())) {
      truth = false;
    } else {
      throw BadValues.expected(type, "true or false", value);
    }
    return nested ? (truth ? "t" : "f") : String.valueOf(truth);
  }

  private static String text(DataType type, JsonNode value, boolean nested) {
    String text = string(type, "a text", value);
    boolean padded = type.name().startsWith("character(") || type.name().equals("character");
    int length = length(type);
    if (padded && length == 0) {
      length = 1;
    }
    if (length > 0 && text.codePointCount(0, text.length()) > length) {
      String withoutSpaces = text.replaceFirst(" +$", "");
      if (withoutSpaces.codePointCount(0, withoutSpaces.length()) > length) {
        throw BadValues.refused(type, "it is longer than " + length + " characters");
      }
      text = text.substring(0, text.offsetByCodePoints(0, length));
    }
    return (padded || type.name().equals("bpchar")) && !nested
        ? text.replaceFirst(" +$", "")
        : text;
  }

  /** The length in a type's name, 0 without one. */
  private static int length(DataType type) {
    Matcher matcher = LENGTH.matcher(type.name());
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static String bytesToJson(String text) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(text, 2, text.length()));
  }

  private static String bytes(DataType type, JsonNode value) {
    String text = string(type, "bytes as base64", value);
    try {
      byte[] bytes =
          text.startsWith("\\x")
              ? HexFormat.of().parseHex(text, 2, text.length())
              : Base64.getDecoder().decode(text);
      return "\\x" + HexFormat.of().formatHex(bytes);
    } catch (IllegalArgumentException e) {
      throw BadValues.expected(type, "bytes as base64", value);
    }
  }

  private static String label(DataType type, JsonNode value) {
    String text = string(type, "one of " + type.labels(), value);
    if (!type.labels().contains(text)) {
      throw BadValues.expected(type, "one of " + type.labels(), value);
    }
    return text;
  }

  private static String network(DataType type, JsonNode value, boolean nested) {
    String text =
        matching(NETWORK, type, "an address as PostgreSQL writes it", value)
            .toLowerCase(Locale.ROOT);
    if (!type.name().equals("inet")) {
      return text;
    }
    String host = text.indexOf(':') < 0 ? "/32" : "/128";
    if (nested) {
      return text.endsWith(host) ? text.substring(0, text.length() - host.length()) : text;
    }
    return text.indexOf('/') < 0 ? text + host : text;
  }

  private static String bits(DataType type, JsonNode value) {
    String text = matching(BITS, type, "a string of 0 and 1", value);
    boolean varying = type.name().startsWith("bit varying");
    int length = varying || length(type) > 0 ? length(type) : 1;
    if (varying ? length > 0 && text.length() > length : text.length() != length) {
      throw BadValues.refused(
          type, "it needs " + (varying ? "at most " : "") + length + " bits, not " + text.length());
    }
    return text;
  }

  private static String uuid(DataType type, JsonNode value) {
    try {
      return UuidText.canonical(string(type, "a UUID", value));
    } catch (MalformedValueException e) {
      throw BadValues.expected(type, "a UUID", value);
    }
  }

  private static String interval(DataType type, String text) {
    try {
      return IntervalText.canonical(text);
    } catch (MalformedValueException e) {
      throw e.isForm()
          ? BadValues.expected(type, "an ISO 8601 duration like P1Y2M3DT4H5M6.5S", text)
          : BadValues.refused(type, e.getMessage());
    }
  }

  // ---- documents

  private static JsonNode document(String text) {
    try {
      return JsonDocuments.parse(text);
    } catch (MalformedValueException e) {
      throw new StorageException(
          "The database holds JSON that cannot be read: " + e.getMessage(), null);
    }
  }

  private static String json(DataType type, JsonNode value, JsonText.Style style) {
    try {
      return JsonText.write(unwrapped(value), style);
    } catch (MalformedValueException e) {
      throw BadValues.expected(type, "JSON: " + e.getMessage(), value);
    }
  }

  private static JsonNode wrapped(JsonNode document) {
    boolean ambiguous = document.isNull() || isWrapper(document);
    return ambiguous ? JsonNodeFactory.instance.objectNode().set(WRAPPER, document) : document;
  }

  private static JsonNode unwrapped(JsonNode value) {
    return isWrapper(value) && (value.get(WRAPPER).isNull() || isWrapper(value.get(WRAPPER)))
        ? value.get(WRAPPER)
        : value;
  }

  private static boolean isWrapper(JsonNode value) {
    return value.isObject() && value.size() == 1 && value.has(WRAPPER);
  }

  // ---- arrays

  private JsonNode arrayToJson(DataType type, String text) {
    DataType element = type.element();
    ArrayText.Parsed array = ArrayText.parse(text, delimiter(element));
    boolean ambiguous = array.items().nested() && mayBeJsonArray(element);
    return array.bounds().isEmpty() && !ambiguous
        ? itemsToJson(element, array.items())
        : TextNode.valueOf(text);
  }

  private ArrayNode itemsToJson(DataType element, ArrayText.Items items) {
    ArrayNode json = JsonNodeFactory.instance.arrayNode(items.items().size());
    for (ArrayText.Item item : items.items()) {
      json.add(
          switch (item) {
            case ArrayText.Leaf leaf -> toJson(element, leaf.text());
            case ArrayText.Items inner -> itemsToJson(element, inner);
          });
    }
    return json;
  }

  private String array(DataType type, JsonNode value) {
    char delimiter = delimiter(type.element());
    try {
      if (value.isTextual()) {
        return ArrayText.print(ArrayText.parse(value.textValue(), delimiter), delimiter);
      }
      if (!value.isArray()) {
        throw BadValues.expected(type, "an array", value);
      }
      int dimensions = mayBeJsonArray(type.element()) ? 1 : dimensions(value);
      ArrayText.Items items = items(type, value, dimensions);
      return ArrayText.print(new ArrayText.Parsed("", items), delimiter);
    } catch (IllegalArgumentException e) {
      throw BadValues.expected(type, "an array, or PostgreSQL's text of one", value);
    }
  }

  private ArrayText.Items items(DataType type, JsonNode array, int dimensions) {
    List<ArrayText.Item> items = new ArrayList<>(array.size());
    for (JsonNode element : array) {
      if (dimensions == 1) {
        items.add(new ArrayText.Leaf(toText(type.element(), element, true)));
      } else if (element.isArray() && element.size() == array.get(0).size()) {
        items.add(items(type, element, dimensions - 1));
      } else {
        throw BadValues.refused(type, "all its inner arrays need the same number of elements");
      }
    }
    return new ArrayText.Items(items);
  }

  private static int dimensions(JsonNode array) {
    int dimensions = 0;
    for (JsonNode level = array; level != null && level.isArray(); level = level.get(0)) {
      dimensions++;
      if (level.isEmpty() && dimensions > 1) {
        throw new IllegalArgumentException("an inner array is empty");
      }
    }
    return dimensions;
  }

  private static char delimiter(DataType element) {
    return element.base().name().equals("box") ? ';' : ',';
  }

  private static boolean mayBeJsonArray(DataType element) {
    DataType.Kind kind = element.base().kind();
    return kind == DataType.Kind.JSON
        || kind == DataType.Kind.JSON_BINARY
        || kind == DataType.Kind.ARRAY;
  }

  // ---- composites

  private JsonNode compositeToJson(DataType type, String text) {
    List<String> values = CompositeText.parse(text, type.fields().size());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < values.size(); i++) {
      DataType.Field field = type.fields().get(i);
      json.set(field.name(), toJson(field.type(), values.get(i)));
    }
    return json;
  }

  private String composite(DataType type, JsonNode value) {
    List<String> names = type.fields().stream().map(DataType.Field::name).toList();
    if (!value.isObject()) {
      throw BadValues.expected(type, "an object with the fields " + names, value);
    }
    for (Iterator<String> given = value.fieldNames(); given.hasNext(); ) {
      String name = given.next();
      if (!names.contains(name)) {
        throw BadValues.refused(type, "it has no field " + name + ", its fields are " + names);
      }
    }
    List<String> texts = new ArrayList<>();
    for (DataType.Field field : type.fields()) {
      JsonNode part = value.path(field.name());
      texts.add(toText(field.type(), part, true));
    }
    return CompositeText.print(texts);
  }
}
