package dev.epoch.api.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.rows.PlainValues;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written is read by a library that others made. */
class ParquetExportTest {
  private static final TableSchema ALL =
      schema(
          DataType.of(Kind.INTEGER, "smallint"),
          DataType.of(Kind.INTEGER, "bigint"),
          DataType.of(Kind.DECIMAL, "numeric"),
          DataType.of(Kind.DECIMAL, "numeric(5,2)"),
          DataType.of(Kind.DECIMAL, "numeric(18,4)"),
          DataType.of(Kind.DECIMAL, "numeric(38,0)"),
          DataType.of(Kind.FLOAT, "real"),
          DataType.of(Kind.FLOAT, "double precision"),
          DataType.of(Kind.BOOLEAN, "boolean"),
          DataType.of(Kind.TEXT, "text"),
          DataType.of(Kind.BYTES, "bytea"),
          DataType.of(Kind.DATE, "date"),
          DataType.of(Kind.TIME, "time"),
          DataType.of(Kind.TIMESTAMP, "timestamp"),
          DataType.of(Kind.TIMESTAMP_WITH_ZONE, "timestamptz"),
          DataType.of(Kind.UUID, "uuid"),
          DataType.of(Kind.JSON, "json"),
          DataType.of(Kind.INTERVAL, "interval"));

  private static TableSchema schema(DataType... types) {
    List<Column> columns = new ArrayList<>();
    for (DataType type : types) {
      String id = "c" + columns.size();
      columns.add(new Column(id, id, type, true, null, null, null));
    }
    return new TableSchema(columns, List.of("c0"), List.of(), List.of());
  }

  private static ParquetFileReader written(TableSchema schema, RowStream<Row> rows)
      throws IOException {
    try (InputStream file = ParquetExport.of(rows, schema, new PlainValues())) {
      return ParquetFileReader.open(InputFile.of(ByteBuffer.wrap(file.readAllBytes())));
    }
  }

  @Test
  void valuesOfAllKindsAreReadBack() throws IOException {
    // given
    Row full =
        Row.of(
            "-3",
            "9007199254740993",
            "1.50",
            "-1.5",
            "12345678901234.5",
            "-12345678901234567890123456789012345678",
            "0.1",
            "-Infinity",
            "t",
            "é",
            "\\x00ff",
            "0044-03-15 BC",
            "12:30:00.5",
            "2024-01-31 12:30:00.25",
            "1969-12-31 23:59:59.999999+00",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "{\"a\": 1}",
            "P1D");
    Row empty = Row.of(new String[18]);

    // when
    try (ParquetFileReader reader = written(ALL, RowStream.of(List.of(full, empty, full)));
        RowReader rows = reader.rowReader()) {
      rows.next();
      List<Object> values =
          IntStream.range(0, 18).mapToObj(rows::getValue).map(ParquetExportTest::plain).toList();

      // then
      assertThat(values)
          .isEqualTo(
              List.of(
                  (short) -3,
                  9007199254740993L,
                  "1.50",
                  new BigDecimal("-1.50"),
                  new BigDecimal("12345678901234.5000"),
                  new BigDecimal("-12345678901234567890123456789012345678"),
                  0.1f,
                  Double.NEGATIVE_INFINITY,
                  true,
                  "é",
                  List.of((byte) 0, (byte) -1),
                  LocalDate.of(-43, 3, 15),
                  LocalTime.of(12, 30, 0, 500_000_000),
                  LocalDateTime.of(2024, 1, 31, 12, 30, 0, 250_000_000),
                  Instant.parse("1969-12-31T23:59:59.999999Z"),
                  UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
                  "{\"a\": 1}",
                  "P1D"));
      rows.next();
      assertThat(IntStream.range(0, 18).allMatch(rows::isNull)).isTrue();
      rows.next();
      assertThat(rows.getLong(1)).isEqualTo(9007199254740993L);
      assertThat(rows.hasNext()).isFalse();
    }
  }

  private static Object plain(Object value) {
    if (!(value instanceof byte[] bytes)) {
      return value;
    }
    List<Byte> list = new ArrayList<>();
    for (byte one : bytes) {
      list.add(one);
    }
    return list;
  }

  @Test
  void manyRowsAreSeveralGroups() throws IOException {
    TableSchema schema =
        schema(DataType.of(Kind.INTEGER, "integer"), DataType.of(Kind.TEXT, "text"));
    String text = "x".repeat(100);
    Iterator<Row> rows =
        IntStream.range(0, 300_001)
            .mapToObj(i -> Row.of(String.valueOf(i), i % 3 == 0 ? null : text + i))
            .iterator();

    try (ParquetFileReader reader = written(schema, stream(rows));
        RowReader read = reader.rowReader()) {
      assertThat(reader.getFileMetaData().rowGroups()).hasSizeGreaterThan(3);
      for (int i = 0; i < 300_001; i++) {
        read.next();
        assertThat(read.getInt(0)).isEqualTo(i);
        assertThat(read.isNull(1) ? null : read.getString(1))
            .isEqualTo(i % 3 == 0 ? null : text + i);
      }
      assertThat(read.hasNext()).isFalse();
    }
  }

  private static RowStream<Row> stream(Iterator<Row> rows) {
    return new RowStream<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        return rows.next();
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void noRowsAreAFileToo() throws IOException {
    try (ParquetFileReader reader = written(ALL, RowStream.of(List.of()))) {
      assertThat(reader.getFileMetaData().numRows()).isZero();
      assertThat(reader.getFileSchema().getColumnCount()).isEqualTo(18);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "DATE, date, infinity",
    "TIME, time, 24:00:00",
    "TIMESTAMP, timestamp, -infinity",
    "TIMESTAMP_WITH_ZONE, timestamptz, 294276-12-31 23:59:59+00",
    "'DECIMAL', 'numeric(5,2)', NaN"
  })
  void whatHasNoPlaceIsRefused(Kind kind, String name, String text) {
    assertThatThrownBy(() ->
            ParquetExport.of(
                RowStream.of(List.of(Row.of(text))),
                schema(DataType.of(kind, name)),
                new PlainValues()))
        .isInstanceOf(RequestRefusedException.class)
        .hasMessage(
            "Column 'c0' holds '%s', which its type in Parquet cannot hold".formatted(text));
  }
}
