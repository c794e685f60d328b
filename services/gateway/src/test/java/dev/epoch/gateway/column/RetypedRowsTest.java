package dev.epoch.gateway.column;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.DataType.Kind;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.column.RetypedRows.State;
import dev.epoch.model.row.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Columns of one name that the log has several of, and rows of states that have one each. */
class RetypedRowsTest {
  private static final Column ID = column("id", "id", "integer", null, false);
  private static final Column N = column("n", "n", "integer", null, false);
  private static final Column WIDE = column("n~2", "n", "bigint", null, true);
  private static final Column OTHER = column("n~3", "n", "text", null, true);

  private static Column column(
      String id, String name, String type, String initial, boolean filled) {
    Kind kind = type.equals("text") ? Kind.TEXT : Kind.INTEGER;
    return new Column(
        id, name, DataType.of(kind, type), true, null, null, null, initial, filled ? true : null);
  }

  private static TableSchema table(Column... columns) {
    List<Column> all = new ArrayList<>(List.of(ID));
    all.addAll(List.of(columns));
    return new TableSchema(all, List.of("id"), List.of(), List.of());
  }

  private static List<String> ids(TableSchema schema) {
    return schema.columns().stream().map(Column::id).toList();
  }

  @Test
  void aColumnThatGotAnotherTypeIsTheSame() {
    SameColumns same = SameColumns.of(table(N), table(WIDE), table(OTHER));

    assertThat(ids(same.ours())).containsExactly("id", "n");
    assertThat(ids(same.theirs())).containsExactly("id", "n");
    assertThat(ids(SameColumns.as(table(WIDE), table(N)))).containsExactly("id", "n~2");
  }

  @Test
  void aColumnThatCameInThePlaceOfADroppedOneIsAnother() {
    Column added = column("n~2", "n", "bigint", "0", false);

    assertThat(SameColumns.as(table(N), table(added))).isEqualTo(table(added));
    assertThat(SameColumns.as(table(N), table(N, WIDE.named("m"))))
        .isEqualTo(table(N, WIDE.named("m")));
  }

  @Test
  void whatBothAddedIsOneColumnUnlessItsTypesHaveOneName() {
    Column text = column("n~2", "n", "text", null, false);
    Column labels = text.withType(new DataType(Kind.ENUM, "mood", null, List.of(), List.of("ok")));
    Column others = N.withType(new DataType(Kind.ENUM, "mood", null, List.of(), List.of("sad")));

    assertThat(ids(SameColumns.of(table(), table(N), table(text)).theirs()))
        .containsExactly("id", "n");
    assertThat(ids(SameColumns.of(table(), table(others), table(labels)).theirs()))
        .containsExactly("id", "n~2");
  }

  @Test
  void identitiesGoWithTheTypeThatIsTaken() {
    SameColumns same = SameColumns.of(table(N), table(WIDE), table(OTHER));

    for (Column taken : List.of(WIDE, OTHER, N)) {
      TableSchema merged = table(N.withType(taken.type()));
      assertThat(ids(same.identified(merged, table(WIDE), table(OTHER))))
          .containsExactly("id", taken.id());
    }
    Column written = N.withType(DataType.of(Kind.OTHER, "decimal(8, 2)"));
    assertThat(same.identified(table(written), table(WIDE), table(OTHER)).columns().getLast())
        .satisfies(column -> {
          assertThat(column.id()).isEqualTo("n~2");
          assertThat(column.type()).isEqualTo(DataType.of(Kind.DECIMAL, "numeric(8,2)"));
        });
  }

  @Test
  void rowsHaveTheValuesOfTheirOwnColumns() {
    RetypedRows rows = RetypedRows.between(table(N), table(WIDE));

    assertThat(rows.reading().columns()).hasSize(3);
    assertThat(rows.of(0, Row.of("1", null, "5"))).isEqualTo(Row.of("1", "5"));
    assertThat(rows.of(1, Row.of("1", "6", null))).isEqualTo(Row.of("1", "6"));
    assertThat(rows.asItIs(Row.of("1", null, "5"))).isEqualTo(Row.of("1", null));
    assertThat(rows.of(0, null)).isNull();
    assertThat(RetypedRows.between(table(N), table(N)).isEmpty()).isTrue();
  }

  @Test
  void whatATypeCannotHaveIsTold() {
    Column text = column("n", "n", "text", null, false);
    Column number = column("n~2", "n", "integer", null, true);
    TableSchema same = SameColumns.as(table(text), table(number));
    RetypedRows rows =
        new RetypedRows(
            table(number),
            same,
            List.of(
                new State(table(text), table(text)),
                new State(table(text), table(text)),
                new State(table(number), same)));
    Row base = Row.of("1", null, "x");

    assertThat(rows.unlike(1, base, 0, base)).isEmpty();
    assertThat(rows.unlike(1, Row.of("1", null, "7"), 0, base)).isEmpty();
    assertThat(rows.unlike(1, Row.of("1", null, "y"), 0, base))
        .containsExactly(new RetypedRows.Unlike(1, "y", true));
  }

  @Test
  void whatNobodyWroteInAColumnThatBothAddedIsWhatRowsBeganWith() {
    Column ours = column("c", "c", "integer", "7", false);
    Column theirs = column("c~2", "c", "text", "none", false);
    SameColumns same = SameColumns.of(table(), table(ours), table(theirs));
    RetypedRows rows =
        new RetypedRows(
            table(ours),
            same.ours(),
            List.of(
                new State(table(), table()),
                new State(table(ours), same.ours()),
                new State(table(theirs), same.theirs())));

    assertThat(rows.of(2, Row.of("1", "7", "none"))).isEqualTo(Row.of("1", "7"));
    assertThat(rows.of(2, Row.of("1", "7", "8"))).isEqualTo(Row.of("1", "8"));
  }
}
