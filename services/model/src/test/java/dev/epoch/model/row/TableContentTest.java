package dev.epoch.model.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableContentTest {
  private static final TableSchema TABLE = Tables.table("id bigint", "name text");

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1023, 1024, 1025, 20_000})
  void isTheSumOfAllRowsHoweverManyThereAre(int count) {
    List<Row> rows = rows(count);
    ContentSum sum = new ContentSum();
    RowHasher hasher = new RowHasher(TABLE);
    rows.forEach(row -> sum.add(hasher, row));

    assertThat(TableContent.of(TABLE, RowStream.of(rows))).isEqualTo(new TableContent(count, sum));
  }

  @Test
  void tellsHowFarItIs() {
    List<Long> told = new ArrayList<>();

    TableContent.of(TABLE, RowStream.of(rows(5000)), told::add);

    assertThat(told).isSorted().hasSizeGreaterThan(1).endsWith(5000L);
  }

  @Test
  void whatFailsOnAnotherProcessorFailsHere() {
    List<Row> rows = new ArrayList<>(rows(3000));
    rows.set(10, Row.of("without a name"));

    assertThatThrownBy(() -> TableContent.of(TABLE, RowStream.of(rows)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static List<Row> rows(int count) {
    return IntStream.range(0, count).mapToObj(i -> Row.of("" + i, "name " + i % 7)).toList();
  }
}
