package dev.epoch.storage.delta.sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SortedRowsTest {

  private static KeyOrder order(Kind... kinds) {
    List<Column> columns = new ArrayList<>();
    for (Kind kind : kinds) {
      String name = "c" + columns.size();
      columns.add(new Column(name, name, DataType.of(kind, "t"), false, null, null, null));
    }
    return new KeyOrder(
        new TableSchema(
            columns, columns.stream().map(Column::name).toList(), List.of(), List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "INTEGER, -10, -9, 2, 10, 9007199254740993",
    "DECIMAL, -1.5, 0, 0.02, 0.1, 1000",
    "FLOAT, -Infinity, -1e+21, 0.5, Infinity, NaN",
    "TEXT, '', A, B, a, ä",
    "TEXT, a, a/b, aa, \uE000, 😀",
    "BYTES, '', 00, 00ff, 01, ff",
    "DATE, -0043-03-15, 0001-01-01, 2024-01-31, 9999-12-31, +12024-01-31",
    "TIMESTAMP_WITH_ZONE, 0001-01-01T00:00:00Z, 2024-01-31T10:30:00Z, 2024-01-31T10:30:00.5Z,"
        + " 2024-02-01T00:00:00Z, +12024-01-31T00:00:00Z",
    "BOOLEAN, false, true,,,"
  })
  void keysHaveTheOrderOfWhatTheyMean(Kind kind, String a, String b, String c, String d, String e) {
    List<Row> rows = new ArrayList<>();
    Stream.of(a, b, c, d, e).filter(text -> text != null).forEach(text -> rows.add(Row.of(text)));
    List<Row> mixed = new ArrayList<>(rows);
    Collections.shuffle(mixed, new Random(1));
    mixed.sort(order(kind));

    assertThat(mixed).containsExactlyElementsOf(rows);
  }

  private static List<Path> files() throws IOException {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.getFileName().toString().startsWith("epoch-sort")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2_000, 1_000_000})
  void rowsAreSortedWhateverFitsIntoMemory(long memory) throws IOException {
    List<Path> before = files();
    Random random = new Random(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(
          Row.of(
              String.valueOf(random.nextInt(50)),
              "é " + i,
              i % 3 == 0 ? null : "x".repeat(random.nextInt(20))));
    }
    KeyOrder order = order(Kind.INTEGER, Kind.TEXT);
    List<Row> sorted = new ArrayList<>();
    try (RowStream<Row> stream = SortedRows.of(RowStream.of(rows), order, memory)) {
      stream.forEachRemaining(sorted::add);
    }

    rows.sort(order);
    assertThat(sorted).isEqualTo(rows);
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void rowsThatFailLeaveNoFile() throws IOException {
    List<Path> before = files();
    RowStream<Row> failing =
        new RowStream<>() {
          private int count;

          @Override
          public boolean hasNext() {
            return true;
          }

          @Override
          public Row next() {
            if (count++ == 10) {
              throw new IllegalStateException("gone");
            }
            return Row.of(String.valueOf(count));
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> SortedRows.of(failing, order(Kind.INTEGER), 1)).hasMessage("gone");
    assertThat(files()).isEqualTo(before);
  }
}
