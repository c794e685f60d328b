package dev.epoch.storage.postgres.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.epoch.events.table.DataType;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.postgres.PostgresTest;
import dev.epoch.storage.postgres.catalog.Introspector;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of a real server through JSON, as bytes on the wire, and back. */
class PostgresValueCodecTest {
  /** Reads JSON as the API does. */
  private static final ObjectMapper WIRE =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static PostgresTest postgres;
  private static final PostgresValueCodec CODEC = new PostgresValueCodec();

  @BeforeAll
  static void start() {
    postgres = new PostgresTest();
    postgres.sql.execute(
        "CREATE TYPE mood AS ENUM ('sad', 'so-so', 'very happy', 'it''s \"x\"')",
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",
        "CREATE DOMAIN yes AS boolean",
        "CREATE DOMAIN host AS inet",
        "CREATE DOMAIN pair AS integer[]",
        "CREATE DOMAIN short AS varchar(3)",
        "CREATE DOMAIN code AS char(4)",
        "CREATE TYPE point3 AS (x integer, \"Y z\" text, ok boolean)",
        "CREATE TYPE deep AS (p point3, ps point3[], m mood, t timestamptz, b bytea, a inet, c char(4))",
        "CREATE TYPE nothing AS ()",
        "CREATE TYPE floats AS RANGE (subtype = float8)");
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "boolean | true | true",
        "boolean | false | false",
        "smallint | -32768 | -32768",
        "integer | 2147483647 | 2147483647",
        "bigint | 9007199254740993 | 9007199254740993",
        "bigint | -9223372036854775808 | -9223372036854775808",
        "oid | 4294967295 | 4294967295",
        "numeric | 1.50 | 1.50",
        "numeric | 123456789012345678901234567890.000100 | 123456789012345678901234567890.000100",
        "numeric | 1e400 |",
        "numeric | 0.0000000000 | 0E-10",
        "numeric | 0.00000012 | 1.2E-7",
        "numeric | NaN | \"NaN\"",
        "numeric | -Infinity | \"-Infinity\"",
        "numeric(10,2) | 1.5 | 1.50",
        "numeric(4,0) | 9999 | 9999",
        "real | 0.1 | 0.1",
        "real | 1e20 | 1E+20",
        "real | 3.4028235e38 |",
        "real | 1e-45 | 1E-45",
        "real | 1000000 | 1E+6",
        "real | -0 | \"-0\"",
        "double precision | 0.1 | 0.1",
        "double precision | 1e15 | 1E+15",
        "double precision | 123456789012345 | 123456789012345",
        "double precision | 1e22 | 1E+22",
        "double precision | 5e-324 | 5E-324",
        "double precision | 1.7976931348623157e308 |",
        "double precision | 0.0001 | 0.0001",
        "double precision | 0.00001 | 0.00001",
        "double precision | NaN | \"NaN\"",
        "double precision | -Infinity | \"-Infinity\"",
        "text | it's \"quoted\" \\ and {x} \uD83D\uDC18 |",
        "varchar(5) | abcde | \"abcde\"",
        "char(5) | ab | \"ab\"",
        "char | a | \"a\"",
        "name | some_name | \"some_name\"",
        "\"char\" | x | \"x\"",
        "bytea | \\x | \"\"",
        "bytea | \\xdeadbeef00 | \"3q2+7wA=\"",
        "date | 2024-02-29 | \"2024-02-29\"",
        "date | infinity | \"infinity\"",
        "date | -infinity | \"-infinity\"",
        "date | 0044-03-15 BC | \"0044-03-15 BC\"",
        "date | 0001-02-29 BC | \"0001-02-29 BC\"",
        "date | 5874897-12-31 | \"5874897-12-31\"",
        "time | 23:59:59.999999 | \"23:59:59.999999\"",
        "time | 24:00:00 | \"24:00:00\"",
        "time(2) | 12:00:00.126 | \"12:00:00.13\"",
        "timetz | 12:00:00.5+02 | \"12:00:00.5+02:00\"",
        "timetz | 12:00:00-05:30 | \"12:00:00-05:30\"",
        "timetz | 12:00:00+01:02:03 | \"12:00:00+01:02:03\"",
        "timetz | 24:00:00-15:59 | \"24:00:00-15:59\"",
        "timestamp | 2024-01-31 12:34:56.789 | \"2024-01-31T12:34:56.789\"",
        "timestamp | infinity | \"infinity\"",
        "timestamp | 0044-03-15 12:00:00 BC | \"0044-03-15T12:00:00 BC\"",
        "timestamp | 294276-12-31 23:59:59.999999 | \"294276-12-31T23:59:59.999999\"",
        "timestamp(0) | 2024-12-31 23:59:59.6 | \"2025-01-01T00:00:00\"",
        "timestamptz | 2024-01-31 12:00:00+02 | \"2024-01-31T10:00:00Z\"",
        "timestamptz | 2024-01-31 12:00:00.000001-08:30 | \"2024-01-31T20:30:00.000001Z\"",
        "timestamptz | -infinity | \"-infinity\"",
        "timestamptz | 0001-01-01 00:00:00+02 | \"0001-12-31T22:00:00Z BC\"",
        "timestamptz | 10000-01-01 00:00:00Z | \"10000-01-01T00:00:00Z\"",
        "interval | 1 year 2 months 3 days 04:05:06.789 | \"P1Y2M3DT4H5M6.789S\"",
        "interval | -1 year +3 days -04:05:06.5 | \"P-1Y3DT-4H-5M-6.5S\"",
        "interval | 0 | \"PT0S\"",
        "interval | 14 months -0.000001 seconds | \"P1Y2MT-0.000001S\"",
        "interval | 1000000 hours | \"PT1000000H\"",
        "interval day to second(2) | 1 day 1.239 s | \"P1DT1.24S\"",
        "uuid | A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11 | \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"",
        "json | {\"b\":1,\"a\":[1.50,null,true,\"\\u0000\\u001f\u00e9\"]} |",
        "jsonb | {\"bb\": 1, \"a\": [1.50, 1e5, null, true, \"\\u001f\\n\u00e9\\\"\"], \"\": {}} |",
        "jsonb | null | {\"$json\":null}",
        "jsonb | {\"$json\": null} | {\"$json\":{\"$json\":null}}",
        "jsonb | {\"$json\": 5} | {\"$json\":{\"$json\":5}}",
        "json | null | {\"$json\":null}",
        "jsonb | \"text\" | \"text\"",
        "jsonb | 12345678901234567890.1234567890 | 12345678901234567890.1234567890",
        "integer[] | {} | []",
        "integer[] | {1,NULL,3} | [1,null,3]",
        "integer[] | {{1,2},{3,4}} | [[1,2],[3,4]]",
        "integer[] | {{{1},{2}},{{3},{4}}} | [[[1],[2]],[[3],[4]]]",
        "integer[] | [0:1]={1,2} | \"[0:1]={1,2}\"",
        "integer[] | [-1:0][2:3]={{1,2},{3,4}} | \"[-1:0][2:3]={{1,2},{3,4}}\"",
        "text[] | {a,\"b c\",\"\",NULL,\"NULL\",\"q\\\"uo\\\\te\",\"{x}\",\"a,b\"} | "
            + "[\"a\",\"b c\",\"\",null,\"NULL\",\"q\\\"uo\\\\te\",\"{x}\",\"a,b\"]",
        "boolean[] | {true,false} | [true,false]",
        "varchar(3)[] | {abc,d} | [\"abc\",\"d\"]",
        "char(3)[] | {ab,c} | [\"ab \",\"c  \"]",
        "bytea[] | {\"\\\\xdead\",\"\\\\x\"} | [\"3q0=\",\"\"]",
        "timestamptz[] | {\"2024-01-01 00:00:00+00\",infinity} | [\"2024-01-01T00:00:00Z\",\"infinity\"]",
        "inet[] | {10.0.0.1,10.0.0.0/8,::1} | [\"10.0.0.1\",\"10.0.0.0/8\",\"::1\"]",
        "numeric(6,2)[] | {1.5,2} | [1.50,2.00]",
        "box[] | {(2\\,2)\\,(1\\,1);(4\\,4)\\,(3\\,3)} |",
        "jsonb[] | {\"{\\\"a\\\": [1, 2]}\",null,\"null\",\"[1, 2]\"} | [{\"a\":[1,2]},null,{\"$json\":null},[1,2]]",
        "jsonb[] | {{1,2},{3,4}} | \"{{1,2},{3,4}}\"",
        "mood[] | {sad,\"very happy\",\"it's \\\"x\\\"\"} | [\"sad\",\"very happy\",\"it's \\\"x\\\"\"]",
        "point3[] | {\"(1,\\\"a b\\\",t)\",NULL} | [{\"x\":1,\"Y z\":\"a b\",\"ok\":true},null]",
        "pair[] | {\"{1,2}\",\"{3}\",\"{}\"} | [[1,2],[3],[]]",
        "mood | very happy | \"very happy\"",
        "positive | 5 | 5",
        "yes | true | true",
        "yes[] | {true} | [true]",
        "host | 10.0.0.1 | \"10.0.0.1/32\"",
        "pair | {1,2} | [1,2]",
        "short | abc | \"abc\"",
        "code | ab | \"ab\"",
        "point3 | (1,\"a b\",t) | {\"x\":1,\"Y z\":\"a b\",\"ok\":true}",
        "point3 | (,\"\",) | {\"x\":null,\"Y z\":\"\",\"ok\":null}",
        "point3 | (,\"a\"\"b\\\\c(),\",f) |",
        "deep | (\"(1,x,t)\",\"{\"\"(2,\\\\\"\"a b\\\\\"\",f)\"\",NULL}\",\"very happy\",\"2024-01-01 00:00:00+00\",\"\\\\xff\",10.0.0.1,\"ab  \") |",
        "nothing | () | {}",
        "int4range | [1,10) | \"[1,10)\"",
        "int4range | empty | \"empty\"",
        "int4range | (,) | \"(,)\"",
        "tstzrange | [2024-01-01 00:00:00+00,infinity) |",
        "floats | [1.5,2.5] | \"[1.5,2.5]\"",
        "int4multirange | {[1,3),[5,7)} | \"{[1,3),[5,7)}\"",
        "inet | 192.168.0.1 | \"192.168.0.1/32\"",
        "inet | 10.0.0.0/8 | \"10.0.0.0/8\"",
        "inet | ::1 | \"::1/128\"",
        "cidr | 10.0.0.0/8 | \"10.0.0.0/8\"",
        "macaddr | 08:00:2B:01:02:03 | \"08:00:2b:01:02:03\"",
        "macaddr8 | 08:00:2b:01:02:03:04:05 | \"08:00:2b:01:02:03:04:05\"",
        "bit(3) | 101 | \"101\"",
        "bit | 1 | \"1\"",
        "bit varying(5) | 10 | \"10\"",
        "bit varying | | ",
        "tsvector | 'a':1 'b':2 |",
        "tsquery | 'a' & 'b' |",
        "money | 1234.5 | \"$1,234.50\"",
        "xml | <a>1</a> | \"<a>1</a>\"",
        "point | (1,2) | \"(1,2)\"",
        "pg_lsn | 0/16B3748 | \"0/16B3748\"",
        "int2vector | 1 2 3 | \"1 2 3\"",
      })
  void whatIsReadIsTakenBackUnchanged(String type, String literal, String json) throws IOException {
    // given
    String value = literal == null ? "" : literal;
    postgres.sql.execute(
        "DROP TABLE IF EXISTS v", "CREATE TABLE v (id integer PRIMARY KEY, x " + type + ")");
    postgres.sql.rows("INSERT INTO v VALUES (1, $$" + value + "$$) RETURNING id");
    DataType dataType =
        postgres.database.read(session ->
            Introspector.introspect(session, new TablePath("public", "v"), List.of())
                .schema()
                .column("x")
                .orElseThrow()
                .type());
    String canonical =
        postgres.database.read(
            session -> session.first("SELECT x::text FROM public.v", r -> r.getString(0)).get());

    // when
    String written = WIRE.writeValueAsString(CODEC.toJson(dataType, canonical));
    String text = CODEC.toText(dataType, WIRE.readTree(written));

    // then
    assertThat(text).isEqualTo(canonical);
    if (json != null) {
      assertThat(written).isEqualTo(json);
    }
    assertThat(WIRE.readTree(directly(dataType, canonical))).isEqualTo(WIRE.readTree(written));
    assertThat(directly(dataType, null)).isEqualTo("null");
    assertThat(castBack(dataType, text)).isEqualTo(canonical);
    assertThat(CODEC.toText(dataType, CODEC.toJson(dataType, null))).isNull();
  }

  /** Written without a tree. */
  private static String directly(DataType type, String text) throws IOException {
    StringWriter written = new StringWriter();
    try (JsonGenerator out = WIRE.createGenerator(written)) {
      CODEC.write(type, text, out);
    }
    return written.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "0|true", "7|true", "-10|true", "0.50|true", "-0.01|true", "10|true", "0.00|true",
        "00|false", "01|false", "-0|false", "-0.0|false", "1.|false", ".5|false", "-.5|false",
        "1e5|false", "1.2.3|false", "-|false", "+1|false", "NaN|false", "Infinity|false"
      })
  void numbersAreWrittenAsTheyStandOnlyIfJsonHasThem(String text, boolean asItStands) {
    assertThat(NumberText.isJson(text)).isEqualTo(asItStands);
    assertThat(NumberText.isJson("")).isFalse();
  }

  private static String castBack(DataType type, String text) {
    return postgres.database.read(session ->
        session
            .first("SELECT ($1::text::" + type.name() + ")::text", r -> r.getString(0), text)
            .get());
  }

  @Test
  void floatsPrintAsTheServerPrintsThem() throws IOException {
    Random random = new Random(7);
    for (String type : List.of("real", "double precision")) {
      DataType dataType = DataType.of(DataType.Kind.FLOAT, type);
      Double[] numbers =
          random
              .doubles(2_000)
              .map(d ->
                  type.equals("real")
                      ? Float.intBitsToFloat(random.nextInt())
                      : Double.longBitsToDouble(random.nextLong()))
              .filter(Double::isFinite)
              .boxed()
              .toArray(Double[]::new);
      for (int i = 0; i < 300; i++) {
        numbers[i] =
            Math.rint(numbers[i] == 0 ? 0 : random.nextInt(2_000)) * Math.pow(10, i % 60 - 30);
        numbers[i] = type.equals("real") ? (double) numbers[i].floatValue() : numbers[i];
      }
      List<String> printed =
          postgres.database.read(session ->
              session.list(
                  "SELECT n::"
                      + type
                      + "::text FROM unnest($1::float8[]) WITH ORDINALITY u(n, i) ORDER BY i",
                  row -> row.getString(0),
                  (Object) numbers));
      for (String text : printed) {
        assertThat(CODEC.toText(dataType, CODEC.toJson(dataType, text))).isEqualTo(text);
        assertThat(WIRE.readTree(directly(dataType, text)))
            .isEqualTo(WIRE.readTree(WIRE.writeValueAsString(CODEC.toJson(dataType, text))));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "BOOLEAN | boolean | \"t\" | true",
        "INTEGER | integer | 5.0 | 5",
        "INTEGER | bigint | \"42\" | 42",
        "DECIMAL | numeric(10,2) | 1.005 | 1.01",
        "DECIMAL | numeric(10,2) | \"-1.005\" | -1.01",
        "DECIMAL | numeric(3,-2) | 12345 | 12300",
        "FLOAT | double precision | 100 | 100",
        "FLOAT | double precision | 1e21 | 1e+21",
        "BYTES | bytea | \"\\\\xDEAD\" | \\xdead",
        "TIMESTAMP_WITH_ZONE | timestamp with time zone | \"2024-01-31T12:00:00+02:00\" | 2024-01-31 10:00:00+00",
        "TIMESTAMP_WITH_ZONE | timestamp with time zone | \"2024-01-31 12:00\" | 2024-01-31 12:00:00+00",
        "TIMESTAMP_WITH_ZONE | timestamp with time zone | \"2024-01-31\" | 2024-01-31 00:00:00+00",
        "TIMESTAMP | timestamp without time zone | \"2024-01-31T12:00:00.123456789Z\" | 2024-01-31 12:00:00.123457",
        "INTERVAL | interval | \"P1W\" | P7D",
        "INTERVAL | interval | \"-P1Y2M\" | P-1Y-2M",
        "INTERVAL | interval | \"PT90M\" | PT1H30M",
        "JSON_BINARY | jsonb | {\"bb\":1,\"a\":1e3} | {\"a\": 1000, \"bb\": 1}",
        "TEXT | character varying(3) | \"abc  \" | abc",
      })
  void takesOtherSpellings(DataType.Kind kind, String name, String json, String text)
      throws IOException {
    assertThat(CODEC.toText(DataType.of(kind, name), WIRE.readTree(json))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "BOOLEAN | boolean | 1",
        "INTEGER | integer | 2147483648",
        "INTEGER | integer | 1.5",
        "INTEGER | integer | \"x\"",
        "INTEGER | bigint | 1e999999999",
        "DECIMAL | numeric(4,2) | 100",
        "DECIMAL | numeric | 1e999999999",
        "DECIMAL | numeric | 1e-999999999",
        "DECIMAL | numeric | true",
        "FLOAT | double precision | 1e400",
        "FLOAT | real | 1e39",
        "FLOAT | double precision | 1e-999",
        "TEXT | text | 5",
        "TEXT | text | \"a\\u0000b\"",
        "TEXT | text | \"\\ud83d\"",
        "TEXT | character varying(3) | \"abcd\"",
        "BYTES | bytea | \"***\"",
        "DATE | date | \"2023-02-29\"",
        "DATE | date | \"31.1.2024\"",
        "DATE | date | 20240131",
        "TIME | time without time zone | \"25:00:00\"",
        "TIME | time without time zone | \"12:00:00Z\"",
        "TIME_WITH_ZONE | time with time zone | \"12:00:00\"",
        "TIMESTAMP | timestamp without time zone | \"2024-01-31T12:00:00+02:00\"",
        "TIMESTAMP_WITH_ZONE | timestamp with time zone | \"yesterday\"",
        "INTERVAL | interval | \"1 day\"",
        "INTERVAL | interval | \"P\"",
        "INTERVAL | interval | \"P999999999Y\"",
        "UUID | uuid | \"a0eebc99\"",
        "JSON_BINARY | jsonb | \"\\u0000\"",
        "JSON_BINARY | jsonb | {\"a\":1e999999999}",
        "RANGE | int4range | \"1..2\"",
        "NETWORK | inet | \"localhost; DROP\"",
        "BITS | bit(3) | \"10\"",
        "BITS | bit(3) | \"1x1\"",
        "OTHER | point | [1,2]",
      })
  void refusesWhatDoesNotFit(DataType.Kind kind, String name, String json) throws IOException {
    JsonNode value = WIRE.readTree(json);
    assertThatExceptionOfType(BadValueException.class)
        .isThrownBy(() -> CODEC.toText(DataType.of(kind, name), value))
        .withMessageContaining(name);
  }

  @Test
  void refusesArraysAndCompositesThatDoNotFit() {
    DataType integer = DataType.of(DataType.Kind.INTEGER, "integer");
    DataType array = new DataType(DataType.Kind.ARRAY, "integer[]", integer, List.of(), List.of());
    DataType composite =
        new DataType(
            DataType.Kind.COMPOSITE,
            "pair",
            null,
            List.of(new DataType.Field("a", integer)),
            List.of());
    DataType mood =
        new DataType(DataType.Kind.ENUM, "mood", null, List.of(), List.of("sad", "happy"));
    for (String json :
        List.of("5", "\"1,2\"", "[[1,2],[3]]", "[[],[]]", "[1,[2]]", "[\"x\"]", "\"{1\"")) {
      refused(array, json);
    }
    for (String json : List.of("[1]", "{\"b\":1}", "\"(1)\"", "{\"a\":\"x\"}")) {
      refused(composite, json);
    }
    refused(mood, "\"angry\"");
    assertThat(toText(composite, "{}")).isEqualTo("()");
  }

  private static void refused(DataType type, String json) {
    assertThatExceptionOfType(BadValueException.class).isThrownBy(() -> toText(type, json));
  }

  private static String toText(DataType type, String json) {
    try {
      return CODEC.toText(type, WIRE.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
