package dev.epoch.api.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.table.DataType;
import dev.epoch.model.value.CanonicalForm;
import dev.epoch.model.value.Values;
import dev.epoch.storage.ValueCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the values of a type stand in Parquet.
 *
 * <pre>
 *   BOOLEAN                        BOOLEAN
 *   INTEGER                        INT32 of 16 or 32 bits, INT64
 *   DECIMAL  numeric(p,s), p to 38 DECIMAL of INT32, INT64 or 16 bytes; others: STRING
 *   FLOAT                          FLOAT, DOUBLE
 *   TEXT, ENUM                     STRING
 *   BYTES                          bytes
 *   DATE                           DATE
 *   TIME                           TIME of microseconds
 *   TIMESTAMP (WITH_ZONE)          TIMESTAMP of microseconds (adjusted to UTC)
 *   UUID                           UUID
 *   JSON, JSON_BINARY              JSON
 *   ARRAY, COMPOSITE               JSON, as in exports of JSON
 *   all others                     STRING, as in exports of JSON
 * </pre>
 *
 * @param physical number of the physical type
 * @param length of values of a fixed length, else 0
 * @param converted number of the type for older readers, null for none
 * @param scale of a decimal, else 0
 * @param precision of a decimal, else 0
 * @param logical writes the case of LogicalType, null for none
 * @param encoding takes the text of a value; fails with {@link RuntimeException} for one that the
 *     form has no place for, such as {@code infinity} of dates
 */
record ColumnForm(
    int physical,
    int length,
    Integer converted,
    int scale,
    int precision,
    Consumer<CompactThrift> logical,
    Encoding encoding) {
  static final int BOOLEAN = 0;
  static final int INT32 = 1;
  static final int INT64 = 2;
  static final int FLOAT = 4;
  static final int DOUBLE = 5;
  static final int BYTE_ARRAY = 6;
  static final int FIXED_LEN_BYTE_ARRAY = 7;

  private static final Pattern DECIMAL = Pattern.compile("(?i)numeric\\((\\d{1,4}),(\\d{1,4})\\)");
  private static final int MOST_DIGITS = 38;
  private static final int DECIMAL_BYTES = 16;

  /** Puts a value, as rows have it, behind the others. */
  @FunctionalInterface
  interface Encoding {
    void put(String text, PlainValues values);
  }

  static ColumnForm of(DataType declared, ValueCodec codec) {
    DataType type = declared.base();
    String name = type.name().toLowerCase(Locale.ROOT);
    CanonicalForm canonical = Values.form(type);
    return switch (type.kind()) {
      case BOOLEAN ->
          plain(BOOLEAN, (text, out) -> out.flag(canonical.canonical(text).equals("true")));
      case INTEGER -> integer(declared, name, codec);
      case DECIMAL -> decimal(declared, canonical, name, codec);
      case FLOAT ->
          name.equals("real") || name.equals("float4")
              ? plain(
                  FLOAT, (text, out) -> out.number(Float.floatToIntBits(Float.parseFloat(text))))
              : plain(
                  DOUBLE,
                  (text, out) -> out.large(Double.doubleToLongBits(Double.parseDouble(text))));
      case TEXT, ENUM -> string((text, out) -> out.counted(utf8(text)));
      case BYTES ->
          plain(
              BYTE_ARRAY,
              (text, out) -> out.counted(HexFormat.of().parseHex(canonical.canonical(text))));
      case DATE ->
          new ColumnForm(
              INT32,
              0,
              6,
              0,
              0,
              thrift -> thrift.empty(6),
              (text, out) ->
                  out.number(
                      Math.toIntExact(LocalDate.parse(canonical.canonical(text)).toEpochDay())));
      case TIME ->
          new ColumnForm(
              INT64,
              0,
              null,
              0,
              0,
              micros(7, false),
              (text, out) ->
                  out.large(LocalTime.parse(canonical.canonical(text)).toNanoOfDay() / 1000));
      case TIMESTAMP ->
          new ColumnForm(
              INT64,
              0,
              null,
              0,
              0,
              micros(8, false),
              (text, out) ->
                  out.large(
                      micros(
                          LocalDateTime.parse(canonical.canonical(text))
                              .toInstant(ZoneOffset.UTC))));
      case TIMESTAMP_WITH_ZONE ->
          new ColumnForm(
              INT64,
              0,
              10,
              0,
              0,
              micros(8, true),
              (text, out) -> out.large(micros(Instant.parse(canonical.canonical(text)))));
      case UUID ->
          new ColumnForm(
              FIXED_LEN_BYTE_ARRAY,
              16,
              null,
              0,
              0,
              thrift -> thrift.empty(14),
              (text, out) -> out.fixed(bytes(UUID.fromString(canonical.canonical(text)))));
      case JSON, JSON_BINARY -> document((text, out) -> out.counted(utf8(text)));
      case ARRAY, COMPOSITE ->
          document((text, out) -> out.counted(utf8(ApiJson.text(codec.toJson(declared, text)))));
      case TIME_WITH_ZONE, INTERVAL, RANGE, NETWORK, BITS, TEXT_SEARCH, OTHER ->
          shown(declared, codec);
      case DOMAIN -> throw new IllegalStateException("a domain's base is no domain");
    };
  }

  private static ColumnForm plain(int physical, Encoding encoding) {
    return new ColumnForm(physical, 0, null, 0, 0, null, encoding);
  }

  private static ColumnForm string(Encoding encoding) {
    return new ColumnForm(BYTE_ARRAY, 0, 0, 0, 0, thrift -> thrift.empty(1), encoding);
  }

  private static ColumnForm document(Encoding encoding) {
    return new ColumnForm(BYTE_ARRAY, 0, 19, 0, 0, thrift -> thrift.empty(12), encoding);
  }

  private static ColumnForm shown(DataType declared, ValueCodec codec) {
    return string((text, out) -> {
      JsonNode value = codec.toJson(declared, text);
      out.counted(utf8(value.isTextual() ? value.asText() : ApiJson.text(value)));
    });
  }

  private static ColumnForm integer(DataType declared, String name, ValueCodec codec) {
    return switch (name) {
      case "smallint", "int2" -> small(16, 16);
      case "integer", "int4", "int" -> small(17, 32);
      case "bigint", "int8" ->
          new ColumnForm(
              INT64, 0, 18, 0, 0, sized(64), (text, out) -> out.large(Long.parseLong(text)));
      default -> shown(declared, codec);
    };
  }

  private static ColumnForm small(int converted, int bits) {
    return new ColumnForm(
        INT32, 0, converted, 0, 0, sized(bits), (text, out) -> out.number(Integer.parseInt(text)));
  }

  private static Consumer<CompactThrift> sized(int bits) {
    return thrift -> thrift.begin(10).tiny(1, bits).flag(2, true).end();
  }

  private static Consumer<CompactThrift> micros(int field, boolean utc) {
    return thrift -> thrift.begin(field).flag(1, utc).begin(2).empty(2).end().end();
  }

  private static ColumnForm decimal(
      DataType declared, CanonicalForm canonical, String name, ValueCodec codec) {
    Matcher limits = DECIMAL.matcher(name);
    if (!limits.matches()) {
      return shown(declared, codec);
    }
    int precision = Integer.parseInt(limits.group(1));
    int scale = Integer.parseInt(limits.group(2));
    if (precision > MOST_DIGITS || scale > precision) {
      return shown(declared, codec);
    }
    int physical = precision <= 9 ? INT32 : precision <= 18 ? INT64 : FIXED_LEN_BYTE_ARRAY;
    return new ColumnForm(
        physical,
        physical == FIXED_LEN_BYTE_ARRAY ? DECIMAL_BYTES : 0,
        5,
        scale,
        precision,
        thrift -> thrift.begin(5).number(1, scale).number(2, precision).end(),
        (text, out) -> {
          BigInteger digits =
              new BigDecimal(canonical.canonical(text)).setScale(scale).unscaledValue();
          switch (physical) {
            case INT32 -> out.number(digits.intValueExact());
            case INT64 -> out.large(digits.longValueExact());
            default -> out.fixed(extended(digits));
          }
        });
  }

  /** Big endian, with the sign in front. */
  private static byte[] extended(BigInteger digits) {
    byte[] given = digits.toByteArray();
    byte[] bytes = new byte[DECIMAL_BYTES];
    Arrays.fill(bytes, (byte) (digits.signum() < 0 ? -1 : 0));
    System.arraycopy(given, 0, bytes, DECIMAL_BYTES - given.length, given.length);
    return bytes;
  }

  private static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1000);
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
