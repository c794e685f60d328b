package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.state.TableState;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns that tables get whose rows nothing tells apart. */
class AppendOnlyColumnsTest {
  private TestRepository shop;

  @BeforeEach
  void start() {
    shop =
        new TestRepository(
            "CREATE TABLE log (number integer, note text)",
            "INSERT INTO log VALUES (1, 'a'), (1, 'a')");
    shop.installBy("log", TableSchema.ROW_ID);
  }

  @AfterEach
  void stop() {
    shop.close();
  }

  /** Rows without their ids, in order. */
  private List<String> rows(TableHandle table, TableState state) {
    return shop.rows(table, state).values().stream()
        .map(row -> values(table.schema(), row))
        .sorted()
        .toList();
  }

  private static String values(TableSchema schema, Row row) {
    StringBuilder values = new StringBuilder();
    for (Column column : schema.usersColumns()) {
      values.append(row.get(schema.indexOf(column.name()))).append(' ');
    }
    return values.toString().strip();
  }

  private List<String> committed(BranchHandle branch) {
    return rows(shop.table(branch, "log"), shop.committed(branch, "log"));
  }

  private List<String> live() {
    return shop.database.rows("SELECT * FROM log").stream()
        .map(row -> String.join(" ", row.stream().map(String::valueOf).toList()))
        .sorted()
        .toList();
  }

  @Test
  void columnsThatAreAddedAreFollowed() {
    // given
    BranchHandle branch = shop.branch("x", shop.main);
    shop.write(branch, "INSERT INTO log VALUES (7, 'x')");
    shop.write(shop.main, "INSERT INTO log VALUES (2, 'b')");
    shop.commit(shop.main, "log");
    TableHandle former = shop.table("log");
    TableState before = shop.committed(shop.main, "log");
    List<String> old = List.of("1 a", "1 a", "2 b");

    // when nobody looks before rows come
    shop.write(
        shop.main,
        "INSERT INTO log VALUES (3, 'c')",
        "ALTER TABLE log ADD COLUMN level integer DEFAULT 3, ADD COLUMN tag text",
        "INSERT INTO log VALUES (4, 'd', 9, 't')");
    shop.write(shop.main, "INSERT INTO log (number, tag) VALUES (5, 'u')");

    // then
    TableSchema schema =
        shop.adapter.schemas(shop.main, List.of(shop.at(shop.main, "log"))).values().stream()
            .findFirst()
            .orElseThrow();
    assertThat(schema.usersColumns())
        .extracting(Column::name)
        .containsExactly("number", "note", "level", "tag");
    shop.commit(shop.main, "log");
    assertThat(committed(shop.main)).isEqualTo(live()).contains("4 d 9 t", "5 null 3 u").hasSize(6);
    assertThat(rows(former, before)).isEqualTo(old);
    assertThat(shop.adapter.schemas(shop.main, List.of(shop.at(shop.main, "log")))).isEmpty();

    // when the branch goes on with its own columns
    shop.write(branch, "INSERT INTO log VALUES (8, 'y')");
    shop.commit(branch, "log");
    assertThat(committed(branch)).containsExactly("1 a", "1 a", "7 x", "8 y");
    TableHandle wide = shop.table(shop.main, "log");

    // when
    shop.write(shop.main, "TRUNCATE log");
    shop.write(shop.main, "INSERT INTO log VALUES (9, 'z', 1, 'v')");
    TableState full = shop.committed(shop.main, "log");
    shop.commit(shop.main, "log");

    // then
    assertThat(committed(shop.main)).containsExactly("9 z 1 v");
    assertThat(rows(wide, full)).contains("4 d 9 t", "1 a 3 null").hasSize(6);
    assertThat(rows(former, before)).isEqualTo(old);
    assertThat(committed(branch)).containsExactly("1 a", "1 a", "7 x", "8 y");
  }

  @Test
  void applicationsGoOnWhereColumnsCannotBeFollowed() {
    // when
    shop.write(
        shop.main,
        "ALTER TABLE log ADD COLUMN noise double precision DEFAULT random()",
        "INSERT INTO log VALUES (2, 'b')");

    // then
    assertThatThrownBy(() -> shop.adapter.schemas(shop.main, List.of(shop.at(shop.main, "log"))))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("values of their own in the new column \"noise\"");
    shop.write(shop.main, "INSERT INTO log VALUES (3, 'c')");

    // when it is undone
    shop.write(shop.main, "ALTER TABLE log DROP COLUMN noise");

    // then
    shop.commit(shop.main, "log");
    assertThat(committed(shop.main)).containsExactly("1 a", "1 a", "2 b", "3 c");

    // when
    shop.write(
        shop.main,
        "ALTER TABLE log RENAME COLUMN number TO count",
        "INSERT INTO log (count, note) VALUES (4, 'd')");

    // then
    assertThatThrownBy(() -> shop.adapter.schemas(shop.main, List.of(shop.at(shop.main, "log"))))
        .isInstanceOf(TableChangedException.class);
    shop.write(shop.main, "ALTER TABLE log RENAME COLUMN count TO number");
    shop.commit(shop.main, "log");
    assertThat(committed(shop.main)).containsExactly("1 a", "1 a", "2 b", "3 c", "4 d");

    // when
    shop.write(
        shop.main,
        "ALTER TABLE log DROP COLUMN number",
        "INSERT INTO log VALUES ('e')",
        "TRUNCATE log");

    // then
    assertThatThrownBy(() -> shop.adapter.schemas(shop.main, List.of(shop.at(shop.main, "log"))))
        .isInstanceOf(TableChangedException.class)
        .hasMessageContaining("its columns were (number integer, note text");
  }
}
