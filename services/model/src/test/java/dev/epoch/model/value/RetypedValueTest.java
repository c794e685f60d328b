package dev.epoch.model.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a value is in a column's other type. */
class RetypedValueTest {
  @ParameterizedTest
  @CsvSource({
    "numeric, numeric(12;3), 4, true",
    "numeric, numeric(12;3), 4.0001, false",
    "numeric, numeric(4;3), 12, false",
    "numeric, numeric(4;3), 0.001, true",
    "numeric, integer, 4.00, false",
    "numeric, integer, 4.5, false",
    "integer, bigint, 7, true",
    "bigint, smallint, 32768, false",
    "bigint, smallint, -32768, true",
    "text, integer, x, false",
    "text, integer, 12, true",
    "integer, text, 12, true",
    "numeric, text, 1.50, true",
    "text, character varying(3), abc, true",
    "text, character varying(3), abcd, false",
    "text, mood, sad, true",
    "text, mood, glad, false",
    "text, date, 2024-01-01, false",
    "date, text, 2024-01-01, false",
    "numeric, integer, NaN, false",
    "numeric, numeric(12;3), NaN, true",
  })
  void whatHoldsAsItIs(String from, String to, String text, boolean holds) {
    assertThat(RetypedValue.of(type(from), type(to), text).filter(text::equals).isPresent())
        .isEqualTo(holds);
  }

  @Test
  void whatIsWrittenInAnotherWay() {
    assertThat(RetypedValue.of(type("numeric"), type("integer"), "4.00")).contains("4");
    assertThat(RetypedValue.of(type("text"), type("bigint"), "1e3")).contains("1000");
    assertThat(RetypedValue.of(type("text"), type("integer"), "+7")).contains("7");
    assertThat(RetypedValue.of(type("text"), type("smallint"), "1e9")).isEmpty();
  }

  @Test
  void daysAreTheirFirstMoments() {
    DataType moment = DataType.of(Kind.TIMESTAMP, "timestamp without time zone");

    assertThat(RetypedValue.of(type("date"), moment, "2024-01-31")).contains("2024-01-31 00:00:00");
    assertThat(RetypedValue.of(moment, type("date"), "2024-01-31 00:00:00")).contains("2024-01-31");
    assertThat(RetypedValue.of(moment, type("date"), "2024-01-31 00:00:01")).isEmpty();
    assertThat(RetypedValue.of(type("date"), moment, "infinity")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "text, integer, true",
    "bigint, integer, true",
    "text, mood, true",
    "integer, character varying(3), true",
    "date, text, false",
    "text, date, false",
    "mood, integer, false",
  })
  void whetherOtherTextsCannotBeConvertedAtAll(String from, String to, boolean decided) {
    assertThat(RetypedValue.isDecided(type(from), type(to))).isEqualTo(decided);
  }

  private static DataType type(String name) {
    String told = name.replace(';', ',');
    return switch (told.replaceAll("\\(.*", "")) {
      case "numeric" -> DataType.of(Kind.DECIMAL, told);
      case "smallint", "integer", "bigint" -> DataType.of(Kind.INTEGER, told);
      case "date" -> DataType.of(Kind.DATE, told);
      case "mood" -> new DataType(Kind.ENUM, told, null, List.of(), List.of("sad", "happy"));
      default -> DataType.of(Kind.TEXT, told);
    };
  }
}
