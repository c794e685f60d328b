package dev.epoch.api.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
  private final RecordJson json = new RecordJson(Shapes.USERS, new PlainValues());

  private static final Row ALICE = Row.of("1", "Alice", "0.0000001", "{\"a\":1}");
  private static final Row RENAMED = Row.of("1", "Al, \"ice\"", "0.0000001", null);

  @Test
  void aRecordKeepsEveryDigit() {
    Row rich = Row.of("9007199254740993", "x", "12345678901234567890.00000000010", "null");

    assertThat(ApiJson.text(json.record(rich)))
        .isEqualTo(
            "{\"id\":9007199254740993,\"name\":\"x\",\"balance\":12345678901234567890.00000000010,\"settings\":null}");
    assertThat(ApiJson.text(json.record(ALICE))).contains("\"balance\":0.0000001,");
  }

  @Test
  void aChangeNamesTheFieldsThatDiffer() {
    RowChange update = new RowChange(RowKey.of("1"), ALICE, RENAMED);

    assertThat(ApiJson.text(json.change(update)))
        .isEqualTo(
            "{\"type\":\"update\",\"key\":{\"id\":1},"
                + "\"before\":{\"id\":1,\"name\":\"Alice\",\"balance\":0.0000001,\"settings\":{\"a\":1}},"
                + "\"after\":{\"id\":1,\"name\":\"Al, \\\"ice\\\"\",\"balance\":0.0000001,\"settings\":null},"
                + "\"fields\":[\"name\",\"settings\"]}");
  }

  @Test
  void changesAsLines() throws IOException {
    List<RowChange> changes =
        List.of(
            new RowChange(RowKey.of("1"), ALICE, RENAMED),
            new RowChange(RowKey.of("1"), null, ALICE),
            new RowChange(RowKey.of("1"), ALICE, null));
    ByteArrayOutputStream csv = new ByteArrayOutputStream();
    ByteArrayOutputStream lines = new ByteArrayOutputStream();

    ChangeLines.csv(RowStream.of(changes), json, new CsvAnswer(false)).write(csv);
    ChangeLines.json(RowStream.of(changes), json).write(lines);

    assertThat(csv.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            change_type,id,name,balance,settings,changed_fields\r
            update,1,"Al, ""ice""\",0.0000001,,name settings\r
            insert,1,Alice,0.0000001,"{""a"":1}",id name balance settings\r
            delete,1,Alice,0.0000001,"{""a"":1}",id name balance settings\r
            """);
    assertThat(lines.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            changes.stream()
                .map(change -> ApiJson.text(json.change(change)) + "\n")
                .collect(Collectors.joining()));
  }

  @Test
  void linesAreEmptyWithoutChangesAndKeepEveryCharacter() throws IOException {
    ByteArrayOutputStream none = new ByteArrayOutputStream();
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    RowChange rich =
        new RowChange(
            RowKey.of("1"), null, Row.of("1", "\ud83d\ude00 \u00e9 \n \u0001", "1E+3", "[]"));

    ChangeLines.json(RowStream.of(List.<RowChange>of()), json).write(none);
    ChangeLines.json(RowStream.of(List.of(rich)), json).write(one);

    assertThat(none.size()).isZero();
    assertThat(one.toString(StandardCharsets.UTF_8))
        .isEqualTo(ApiJson.text(json.change(rich)) + "\n")
        .contains("\ud83d\ude00", "1000");
  }

  @Test
  void inCsvNothingIsNullAndTwoQuotesAreTheEmptyText() {
    assertThat(
            new CsvAnswer(false).ofValues(Arrays.asList(TextNode.valueOf(""), NullNode.instance)))
        .isEqualTo("\"\",\r\n");
  }

  @Test
  void formulasInCsvAreEscapedOnDemand() {
    List<JsonNode> values =
        List.of(
            TextNode.valueOf("=1+1"),
            TextNode.valueOf("@x"),
            TextNode.valueOf("a=b"),
            IntNode.valueOf(-5));

    assertThat(CsvAnswer.asked(null, true).ofValues(values)).isEqualTo("=1+1,@x,a=b,-5\r\n");
    assertThat(CsvAnswer.asked("keep", true).ofValues(values)).isEqualTo("=1+1,@x,a=b,-5\r\n");
    assertThat(CsvAnswer.asked("escape", true).ofValues(values)).isEqualTo("'=1+1,'@x,a=b,-5\r\n");
    assertThat(CsvAnswer.asked("escape", true).ofTexts(List.of("-a"))).isEqualTo("'-a\r\n");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> CsvAnswer.asked("drop", true));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> CsvAnswer.asked("escape", false));
  }

  @Test
  void conditionsNameAColumnAndAValue() {
    assertThat(
            RecordFilter.of(
                List.of("id:007", "name:null", "balance:null"), Shapes.USERS, new PlainValues()))
        .containsEntry("id", "7")
        .containsEntry("name", "null")
        .containsEntry("balance", null);
    assertThat(RecordFilter.of(List.of("a:b:x"), Shapes.SALES, new PlainValues()))
        .containsOnlyKeys("a:b");
    assertThatThrownBy(() -> RecordFilter.of(List.of("nope:1"), Shapes.USERS, new PlainValues()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("balance");
  }

  @Test
  void writesAsLines() throws IOException {
    String body =
        """
        {"op": "upsert", "record": {"id": 1}}

        {"op": "delete", "record": {"id": 2}}
        """;

    assertThat(WriteLines.read(stream(body))).hasSize(2);
    assertThatThrownBy(() -> WriteLines.read(stream("{\"op\":\"upsert\",\"record\":{}}\nnope")))
        .hasMessageContaining("body.2");
    assertThatThrownBy(() -> WriteLines.read(stream("{\"op\":\"x\",\"record\":{}}")))
        .hasMessageContaining("upsert or delete");
    assertThatThrownBy(
            () -> WriteLines.read(stream("{\"op\":\"upsert\",\"record\":{\"n\":1e999999999}}")))
        .hasMessageContaining("body.1.record.n");
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
