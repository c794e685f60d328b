package dev.epoch.storage;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Field;
import dev.epoch.events.table.DataType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A type for each kind of value, with texts of it as PostgreSQL prints them. */
final class ValueKinds {
  private static final DataType INTEGER = DataType.of(Kind.INTEGER, "integer");
  private static final DataType TEXT = DataType.of(Kind.TEXT, "text");

  /**
   * @param key whether values of the type can be part of a key
   */
  record Sample(DataType type, boolean key, List<String> texts) {}

  static final List<Sample> ALL =
      List.of(
          key(Kind.BOOLEAN, "boolean", "true", "false"),
          key(Kind.INTEGER, "integer", "0", "-1", "10", "9", "2147483647"),
          key(Kind.INTEGER, "bigint", "9007199254740993", "-9223372036854775808", "5"),
          key(Kind.DECIMAL, "numeric", "1.50", "0", "-3.000", "12345678901234567890.123"),
          value(Kind.DECIMAL, "numeric(6,2)", "1.50", "-0.01", "1000.00"),
          value(Kind.FLOAT, "double precision", "0.1", "1e+20", "-0", "0", "NaN", "-Infinity"),
          value(Kind.FLOAT, "real", "0.1", "1e-45", "3"),
          key(Kind.TEXT, "text", "a", "A", "", "b c", "it's \"q\" \\ {x},", "é", "e\u0301", "NULL"),
          key(Kind.TEXT, "character varying(10)", "abc", "b", " x", "𐍈 line\n"),
          value(Kind.TEXT, "character(4)", "ab", "c", ""),
          key(Kind.BYTES, "bytea", "\\x", "\\x00", "\\x00ff"),
          key(Kind.DATE, "date", "2024-02-29", "0044-03-15 BC", "infinity"),
          key(Kind.TIME, "time without time zone", "23:59:59.999999", "24:00:00", "00:00:00"),
          value(Kind.TIME_WITH_ZONE, "time with time zone", "12:00:00+00", "12:00:00.5+02"),
          key(Kind.TIMESTAMP, "timestamp without time zone", "2024-01-31 12:34:56.789", "infinity"),
          key(
              Kind.TIMESTAMP_WITH_ZONE,
              "timestamp with time zone",
              "2024-01-31 10:00:00+00",
              "2024-01-31 10:00:00.000001+00"),
          value(Kind.INTERVAL, "interval", "P1M", "P30D", "PT0S", "P1Y2M3DT4H5M6.789S"),
          key(
              Kind.UUID,
              "uuid",
              "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
              "00000000-0000-0000-0000-000000000000"),
          value(Kind.JSON, "json", "{\"b\":1,\"a\":[1.50,null]}", "1.0", "\"x\"", "null"),
          value(Kind.JSON_BINARY, "jsonb", "{\"a\": 1.50, \"bb\": [1, null]}", "null", "{}"),
          new Sample(
              new DataType(Kind.ARRAY, "integer[]", INTEGER, List.of(), List.of()),
              false,
              List.of("{1,NULL,3}", "{}", "{{1,2},{3,4}}")),
          new Sample(
              new DataType(Kind.ARRAY, "text[]", TEXT, List.of(), List.of()),
              false,
              List.of("{a,\"b c\",\"\",NULL,\"NULL\"}", "{}")),
          new Sample(
              new DataType(Kind.ENUM, "public.mood", null, List.of(), List.of("sad", "very happy")),
              true,
              List.of("sad", "very happy")),
          new Sample(
              new DataType(
                  Kind.COMPOSITE,
                  "public.pair_of",
                  null,
                  List.of(new Field("x", INTEGER), new Field("y", TEXT)),
                  List.of()),
              false,
              List.of("(1,\"a b\")", "(,)", "(2,\"\")")),
          new Sample(
              new DataType(Kind.DOMAIN, "public.whole", INTEGER, List.of(), List.of()),
              true,
              List.of("5", "-7")),
          new Sample(
              new DataType(Kind.RANGE, "int4range", INTEGER, List.of(), List.of()),
              false,
              List.of("[1,10)", "empty", "(,)")),
          value(Kind.NETWORK, "inet", "10.0.0.1/32", "::1/128", "10.0.0.0/8"),
          value(Kind.BITS, "bit varying(5)", "10", "", "10101"),
          value(Kind.TEXT_SEARCH, "tsvector", "'a':1 'b':2", "'a'"),
          value(Kind.OTHER, "point", "(1,2)", "(0,-0.5)"));

  private ValueKinds() {}

  /** Those that a database has, with its names for them and the texts that its rows hold. */
  static List<Sample> of(StorageBackend backend) {
    List<Sample> samples = new ArrayList<>();
    for (Sample sample : ALL) {
      backend
          .type(sample.type())
          .ifPresent(type ->
              samples.add(
                  new Sample(
                      type,
                      sample.key(),
                      sample.texts().stream()
                          .map(text -> backend.spelt(sample.type(), text))
                          .toList())));
    }
    return samples;
  }

  /** The samples that {@link #of} gives, as PostgreSQL has them. */
  static List<Sample> those(StorageBackend backend) {
    return ALL.stream().filter(sample -> backend.type(sample.type()).isPresent()).toList();
  }

  private static Sample key(Kind kind, String name, String... texts) {
    return new Sample(DataType.of(kind, name), true, List.of(texts));
  }

  private static Sample value(Kind kind, String name, String... texts) {
    return new Sample(DataType.of(kind, name), false, List.of(texts));
  }

  /** A column for each of these, called c1, c2 and so on. */
  static List<Column> columns(List<Sample> samples, List<Boolean> nullable) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      String number = Integer.toString(i + 1);
      columns.add(
          new Column(
              number, "c" + number, samples.get(i).type(), nullable.get(i), null, null, null));
    }
    return columns;
  }

  static <T> T pick(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
