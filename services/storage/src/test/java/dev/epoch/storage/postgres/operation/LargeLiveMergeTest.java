package dev.epoch.storage.postgres.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.postgres.TestRepository;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Thousands of rows that come to a live table are written and committed as few are. */
class LargeLiveMergeTest {
  private static final int ROWS = 6_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE item (id integer PRIMARY KEY, name text, price numeric)",
        // nobody says that the rows are told apart by it
        "CREATE TABLE item (id integer NOT NULL, name text, price numeric)",
        "CREATE TABLE item (id integer PRIMARY KEY, name text UNIQUE, price numeric)"
      })
  void updatesInsertsAndDeletes(String table) {
    try (TestRepository shop =
        new TestRepository(
            table,
            "INSERT INTO item SELECT i, 'n' || i, i FROM generate_series(1, " + ROWS + ") i")) {
      if (table.contains("PRIMARY")) {
        shop.install("item");
      } else {
        shop.installBy("item", "id");
      }
      TableState first = shop.committed(shop.main, "item");
      Map<RowKey, Row> before = shop.rows("item", first);
      List<RowChange> changes = new ArrayList<>();
      Map<RowKey, Row> expected = new LinkedHashMap<>(before);
      for (int i = 1; i <= ROWS + 500; i++) {
        RowKey key = RowKey.of("" + i);
        Row was = before.get(key);
        Row now =
            i > ROWS
                ? Row.of("" + i, "new" + i, "1")
                : switch (i % 4) {
                  case 0 -> Row.of("" + i, "n" + i, "-" + i);
                  case 1 -> Row.of("" + i, "m" + i, null);
                  case 2 -> i % 8 == 2 ? null : was;
                  default -> was;
                };
        if (i % 4 != 3 || i > ROWS) {
          changes.add(new RowChange(key, was, now));
        }
        if (now == null) {
          expected.remove(key);
        } else {
          expected.put(key, now);
        }
      }

      // when
      shop.merge(shop.main, "item", shop.head(shop.main, "item").anchor(), changes);

      // then
      assertThat(shop.rows("item", shop.working(shop.main, "item"))).isEqualTo(expected);
      assertThat(shop.rows("item", shop.committed(shop.main, "item"))).isEqualTo(expected);
      assertThat(shop.rows("item", first)).isEqualTo(before);
      assertThat(shop.database.value("SELECT count(*) FROM epoch.item__w_t1")).isEqualTo("0");
    }
  }
}
