package dev.epoch.csv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CsvLineTest {

  @Test
  void nothingIsNoValueAndTwoQuotesAreTheEmptyText() {
    assertThat(new CsvLine(false).text("").none().value("1")).hasToString("\"\",,1");
    assertThat(new CsvLine(false).none()).hasToString("");
  }

  @Test
  void whatWouldEndAFieldStandsInQuotes() {
    assertThat(new CsvLine(false).text("a,b").text("\"").text("x\r\ny").text(" c ").value("[1,2]"))
        .hasToString("\"a,b\",\"\"\"\",\"x\r\ny\", c ,\"[1,2]\"");
  }

  @Test
  void textsAreEscapedOnDemandAndNumbersNever() {
    assertThat(new CsvLine(true).text("=1+1").text("-5").value("-5").text("a-b").text("\tx"))
        .hasToString("'=1+1,'-5,-5,a-b,\"'\tx\"");
    assertThat(new CsvLine(false).text("=1+1").text("@x")).hasToString("=1+1,@x");
  }
}
