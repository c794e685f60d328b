package dev.epoch.model.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.DataType;
import dev.epoch.model.Property;
import dev.epoch.model.Tables;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValuesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric(10,2)     | 1.0         | 1.00",
        "numeric           | 1           | 1.000",
        "numeric           | 0           | -0.00",
        "numeric           | 100         | 1e2",
        "numeric           | 0.5         | .5",
        "numeric           | 7           | 007",
        "numeric           | NaN         | NaN",
        "double precision  | 0           | -0",
        "double precision  | 1e+20       | 100000000000000000000",
        "double precision  | 1.5e-05     | 0.000015",
        "double precision  | 1.0E20      | 1e+20",
        "double precision  | Infinity    | Infinity",
        "character(5)      | 'ab   '     | 'ab'",
        "bpchar            | 'ab '       | 'ab'",
        "numeric[]         | {1.0,NULL}  | {1.00,NULL}",
        "numeric[]         | {{1.50},{2}}| {{1.5},{2.0}}",
        "jsonb             | {\"a\": 1.0}| {\"a\": 1.00}",
        "jsonb             | [1e2, -0]   | [100, 0]",
        "jsonb             | {\"a.e-0\": 5.0} | {\"a.e-0\": 5}",
        "json              | {\"a\": 1.0}| { \"a\":1 }",
        "json              | {\"b\":1,\"a\":\"\\u00e9\"}| {\"a\":\"é\",\"b\":1e0}",
        "double precision  | 0.1         | 0.1000000000000000055",
        "double precision  | 5e-324      | 4.9E-324",
        "real              | 0.1         | 0.100000001",
        "timestamp         | 2024-01-31 10:00:00 | 2024-01-31T10:00:00.000",
        "text              | x           | x"
      })
  void same(String type, String a, String b) {
    assertThat(Values.same(Tables.type(type), a, b)).isTrue();
    assertThat(Values.same(Tables.type(type), b, a)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "numeric           | 1.0         | 1.01",
        "numeric           | 1           | -1",
        "numeric           | 100         | 1",
        "numeric           | 1e200000000 | 1e200000001",
        "numeric           | NaN         | 0",
        "double precision  | Infinity    | -Infinity",
        "text              | 1.0         | 1.00",
        "text              | 'ab '       | 'ab'",
        "varchar(5)        | 'ab '       | 'ab'",
        "character varying(5)| 'ab '     | 'ab'",
        "character(5)      | ' ab'       | 'ab'",
        "text[]            | {1.0}       | {1.00}",
        "jsonb             | {\"a\": \"1.0\"}| {\"a\": \"1.00\"}",
        "jsonb             | {\"a\\\"1.0\": 1}| {\"a\\\"1.00\": 1}",
        "json              | {\"a\":1,\"a\":2}| {\"a\":2}",
        "json              | 9007199254740993 | 9007199254740992",
        "jsonb             | 0.1         | 0.10000000000000001",
        "double precision  | 0.1         | 0.10000000000000002",
        "text              | a           | A",
        "bigint            | 10          | 1"
      })
  void different(String type, String a, String b) {
    assertThat(Values.same(Tables.type(type), a, b)).isFalse();
    assertThat(Values.same(Tables.type(type), b, a)).isFalse();
  }

  @Test
  void nullIsTheSameAsNullAlone() {
    for (String type : List.of("text", "numeric", "jsonb")) {
      assertThat(Values.same(Tables.type(type), null, null)).isTrue();
      assertThat(Values.same(Tables.type(type), null, "")).isFalse();
      assertThat(Values.same(Tables.type(type), "0", null)).isFalse();
    }
  }

  @Test
  void aDomainIsItsBase() {
    DataType price =
        new DataType(DataType.Kind.DOMAIN, "price", Tables.type("numeric"), List.of(), List.of());

    assertThat(Values.same(price, "1.0", "1.00")).isTrue();
  }

  @Test
  void numbersAreTheSameIfTheirDifferenceIsZero() {
    DataType numeric = Tables.type("numeric");
    Property.holds(
        50_000,
        random -> List.of(number(random), number(random)),
        pair -> List.of(),
        pair ->
            assertThat(Values.same(numeric, pair.get(0), pair.get(1)))
                .isEqualTo(
                    new BigDecimal(pair.get(0)).compareTo(new BigDecimal(pair.get(1))) == 0));
  }

  private static String number(Random random) {
    String text =
        (random.nextBoolean() ? "-" : "")
            + (random.nextInt(4) == 0 ? "0".repeat(random.nextInt(3)) : "")
            + random.nextInt(12)
            + (random.nextBoolean() ? "." + "0".repeat(random.nextInt(3)) + random.nextInt(30) : "")
            + (random.nextInt(5) == 0 ? "e" + (random.nextInt(7) - 3) : "");
    return text;
  }
}
