package dev.epoch.api.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.storage.record.RowWrite;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tables {@code ~} stands for the end of a line, {@code #} for a byte that is no text. */
class RecordFileTest {

  private static InputStream file(String text) {
    byte[] bytes = text.replace('~', '\n').getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == '#' ? (byte) 0xE9 : bytes[i];
    }
    return new ByteArrayInputStream(bytes);
  }

  private static List<Map<String, JsonNode>> csv(InputStream file) throws IOException {
    return RecordFile.csv(file, Shapes.USERS).stream()
        .map(write -> ((RowWrite.Upsert) write).record())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|1|the file is empty; its first line names the columns",
        "id,nome~1,a|1|there is no column 'nome'",
        "id,name,id~1,a,2|1|the column 'id' is named twice",
        "id,name~1,a~2|3|the record has 1 fields, the first line 2",
        "id,name~1,a~2,b,c|3|the record has 3 fields, the first line 2",
        "id,name~1,\"a~2,b~3,c|2|a field begins with a quote here, and the file ends without another one",
        "id,name~1,\"a~a\"~2,\"|4|a field begins with a quote here, and the file ends without another one",
        "id,name~1,\"a\"\"|2|a field begins with a quote here, and the file ends without another one",
        "\"id,name~1,a|1|a field begins with a quote here, and the file ends without another one",
        "id,name~1,\"a\"b~2,c|2|text stands behind the quote that ends a field",
        "id,name~1,a~2,b#c~3,d|3|its bytes are not text in UTF-8",
        "id,name~1,\"a~~#\"|4|its bytes are not text in UTF-8",
        "id#|1|its bytes are not text in UTF-8",
        "id,name~1,a#|2|its bytes are not text in UTF-8",
        "id,settings~1,~2,{|3|column 'settings' holds JSON, and the field is none"
      })
  void whatIsNoCsvIsRefusedWithItsLine(String text, int line, String problem) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> csv(file(text)))
        .satisfies(refused ->
            assertThat(refused.problems().getFirst().msg())
                .isEqualTo("Line " + line + ": " + problem))
        .satisfies(refused -> assertThat(refused.details()).containsEntry("line", (long) line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id,name~1,a~2,\"b~\"\"c\"~",
        "id,name~1,a~2,\"b~\"\"c\"",
        "id,\"name\"~1,a~\"2\",\"b~\"\"c\"~"
      })
  void recordsAreReadHoweverTheFileEnds(String text) throws IOException {
    List<Map<String, JsonNode>> records = csv(file(text));

    assertThat(records).hasSize(2);
    assertThat(records.getFirst().get("name").textValue()).isEqualTo("a");
    assertThat(records.getLast().get("name").textValue()).isEqualTo("b\n\"c");
  }

  @Test
  void carriageReturnsAndMarksAreKnown() throws IOException {
    String text = "\uFEFFid,name\r\n1,\u00e9\u20ac\ud83d\ude00\r\n2,\r\n3,\"\"\r\n";

    List<Map<String, JsonNode>> records =
        csv(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));

    assertThat(records.get(0).get("name").textValue()).isEqualTo("\u00e9\u20ac\ud83d\ude00");
    assertThat(records.get(1).get("name").isNull()).isTrue();
    assertThat(records.get(2).get("name").textValue()).isEmpty();
    assertThat(csv(file("id,name~"))).isEmpty();
  }

  /** A letter of several bytes, and an end of line of two, wherever a buffer ends. */
  @ParameterizedTest
  @ValueSource(ints = {65_525, 65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536, 65_537})
  void buffersEndAnywhere(int length) throws IOException {
    String name = "x".repeat(length - 12) + "\u20ac\r\n\u20ac";
    String text = "id,name\r\n1,\"" + name + "\"\r\n2,b\r\n";

    assertThat(csv(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))))
        .extracting(record -> record.get("name").textValue())
        .containsExactly(name, "b");
    ByteArrayOutputStream wrong = new ByteArrayOutputStream();
    wrong.write(text.getBytes(StandardCharsets.UTF_8));
    wrong.write(0xFF);
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> csv(new ByteArrayInputStream(wrong.toByteArray())))
        .withMessageContaining("Line 5: ");
  }

  /** A large field is not asked for letter by letter, which takes a lock each time. */
  @Test
  void textIsReadInBlocks() throws IOException {
    String name = "abc, d\n".repeat(200_000);
    AtomicInteger reads = new AtomicInteger();
    Reader text =
        new FilterReader(new StringReader("id,name\n1,\"" + name + "\"\n")) {
          @Override
          public int read() {
            throw new AssertionError("one letter");
          }

          @Override
          public int read(char[] target, int offset, int length) throws IOException {
            reads.incrementAndGet();
            return super.read(target, offset, length);
          }
        };

    CsvFields fields = new CsvFields(text);
    fields.next();

    assertThat(fields.next().getLast().text()).isEqualTo(name);
    assertThat(fields.next()).isNull();
    assertThat(reads.get()).isLessThan(100);
  }

  @Test
  void linesOfJsonAreTextToo() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () -> RecordFile.ndjson(file("{\"id\":1}~{\"id\":2,\"name\":\"#\"}~"), Shapes.USERS))
        .withMessageContaining("Line 2: its bytes are not text in UTF-8");
  }
}
