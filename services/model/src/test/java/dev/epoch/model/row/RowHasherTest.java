package dev.epoch.model.row;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.DataType;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Property;
import dev.epoch.model.RandomSchemas;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Schema changes that leave hashes as they were, and values that must not. */
class RowHasherTest {
  private static final DataType TEXT = DataType.of(DataType.Kind.TEXT, "text");
  private static final DataType NUMERIC = DataType.of(DataType.Kind.DECIMAL, "numeric");

  /** A row under a schema. */
  private record Written(TableSchema schema, Row row) {
    ContentSum sum() {
      ContentSum sum = new ContentSum();
      sum.add(new RowHasher(schema), row);
      return sum;
    }
  }

  @Test
  void addingRenamingAndReorderingColumnsLeaveTheSum() {
    Property.holds(
        500,
        RowHasherTest::history,
        history -> List.of(),
        history -> {
          for (Written later : history) {
            assertThat(later.sum()).isEqualTo(history.getFirst().sum());
          }
        });
  }

  /** A row, and the same row after each of some changes of its table. */
  private static List<Written> history(Random random) {
    TableSchema schema = RandomSchemas.of(random);
    List<String> values = new ArrayList<>();
    schema.columns().forEach(column -> values.add(RandomSchemas.value(column, random)));
    List<Written> history = new ArrayList<>();
    history.add(new Written(schema, Row.of(values.toArray(String[]::new))));
    for (int step = 0; step < 6; step++) {
      Written last = history.getLast();
      history.add(
          switch (random.nextInt(3)) {
            case 0 -> added(last, step, random);
            case 1 -> renamed(last, step, random);
            default -> moved(last, random);
          });
    }
    return history;
  }

  private static Written added(Written last, int step, Random random) {
    TableSchema other = RandomSchemas.of(random);
    Column like = other.columns().get(random.nextInt(other.columns().size()));
    String initial = random.nextBoolean() ? null : RandomSchemas.value(like, random);
    Column column =
        new Column("added" + step, "a" + step, like.type(), true, null, null, null, initial, null);
    return with(last, column, initial);
  }

  private static Written renamed(Written last, int step, Random random) {
    List<Column> columns = new ArrayList<>(last.schema().columns());
    int i = random.nextInt(columns.size());
    String from = columns.get(i).name();
    String to = "renamed" + step;
    columns.set(i, columns.get(i).named(to));
    List<String> key =
        last.schema().primaryKey().stream().map(name -> name.equals(from) ? to : name).toList();
    return new Written(new TableSchema(columns, key, List.of(), List.of()), last.row());
  }

  private static Written moved(Written last, Random random) {
    List<Column> columns = new ArrayList<>(last.schema().columns());
    List<String> values = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      values.add(last.row().get(i));
    }
    int i = random.nextInt(columns.size());
    columns.add(columns.remove(i));
    values.add(values.remove(i));
    return new Written(
        new TableSchema(columns, last.schema().primaryKey(), List.of(), List.of()),
        Row.of(values.toArray(String[]::new)));
  }

  private static Written with(Written last, Column column, String value) {
    List<Column> columns = new ArrayList<>(last.schema().columns());
    columns.add(column);
    String[] values = new String[columns.size()];
    for (int i = 0; i < columns.size() - 1; i++) {
      values[i] = last.row().get(i);
    }
    values[columns.size() - 1] = value;
    return new Written(
        new TableSchema(columns, last.schema().primaryKey(), List.of(), List.of()), Row.of(values));
  }

  private static final Written BASE =
      new Written(
          new TableSchema(
              List.of(new Column("id", "id", TEXT, false, null, null, null)),
              List.of("id"),
              List.of(),
              List.of()),
          Row.of("1"));

  @Test
  void theInitialDefaultIsLeftOutHoweverItIsSpelt() {
    Column price = new Column("price", "price", NUMERIC, true, null, null, null, "1.0", null);

    assertThat(with(BASE, price, "1.00").sum()).isEqualTo(BASE.sum());
    assertThat(with(BASE, price, "2").sum()).isNotEqualTo(BASE.sum());
  }

  @Test
  void aNullIsNotTheInitialDefault() {
    Column name = new Column("name", "name", TEXT, true, null, null, null, "x", null);
    Column other = new Column("other", "other", TEXT, true, null, null, null, "x", null);

    ContentSum explicit = with(BASE, name, null).sum();
    assertThat(explicit).isNotEqualTo(BASE.sum());
    assertThat(explicit).isNotEqualTo(with(BASE, name, "").sum());
    assertThat(explicit).isNotEqualTo(with(BASE, other, null).sum());
    assertThat(with(with(BASE, name, null), other, null).sum())
        .isNotIn(explicit, with(BASE, other, null).sum());
  }

  @Test
  void theSameColumnsUnderOtherIdsHashOtherwise() {
    Column one = new Column("name", "name", TEXT, true, null, null, null);
    Column another = new Column("name~2", "name", TEXT, true, null, null, null);

    assertThat(with(BASE, one, "a").sum()).isNotEqualTo(with(BASE, another, "a").sum());
  }
}
