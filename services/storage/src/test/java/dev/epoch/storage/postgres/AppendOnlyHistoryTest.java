package dev.epoch.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.table.TableSchema;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of an append-only table with many equal rows, on the default branch and another
 * one, against a model that knows each row by a number of its own.
 */
class AppendOnlyHistoryTest {
  private static final int STEPS = 40;

  /** What one branch has, committed and working: row number to text. */
  private static final class Side {
    final BranchHandle branch;
    Map<Integer, String> head = new HashMap<>();
    Map<Integer, String> working = new HashMap<>();

    Side(BranchHandle branch) {
      this.branch = branch;
    }
  }

  private final Map<TableState, List<String>> kept = new HashMap<>();
  private final List<String> told = new ArrayList<>();
  private TestRepository shop;
  private int lastRow;

  /** Again with {@code -Depoch.test.seed=}. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyStateHasTheRowsOfTheModel(int number) {
    long seed = Long.getLong("epoch.test.seed", System.nanoTime() - number) + number;
    Random random = new Random(seed);
    try (TestRepository repository =
        new TestRepository(
            "CREATE TABLE log (n integer, doc json)",
            "INSERT INTO log SELECT i % 2, '{\"a\": 1}' FROM generate_series(1, 4) AS i")) {
      shop = repository;
      shop.installBy("log", TableSchema.ROW_ID);
      Side main = new Side(shop.main);
      for (int i = 1; i <= 4; i++) {
        main.head.put(++lastRow, i % 2 + "|{\"a\": 1}");
      }
      main.working.putAll(main.head);
      Side other = new Side(shop.branch("x", shop.main));
      other.head.putAll(main.head);
      other.working.putAll(main.head);
      Map<Integer, String> base = new HashMap<>(main.head);
      TableState baseState = shop.committed(shop.main, "log");
      for (int step = 0; step < STEPS; step++) {
        Side side = random.nextBoolean() ? main : other;
        Side source = side == main ? other : main;
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> insert(side, random);
          case 3 -> {
            if (side == main && random.nextInt(3) == 0) {
              shop.write(shop.main, "TRUNCATE log");
              main.working.clear();
              told.add("truncate");
            }
          }
          case 4, 5 -> commit(side);
          case 6 -> {
            commit(side);
            commit(source);
            merge(source, side, base, baseState);
            base = new HashMap<>(source.head);
            baseState = shop.committed(source.branch, "log");
          }
          default -> {
            commit(side);
            commit(source);
            Side before = new Side(side.branch);
            before.head.putAll(side.head);
            TableState stateBefore = shop.committed(side.branch, "log");
            Operation merge = merge(source, side, base, baseState);
            TableState merged = shop.committed(side.branch, "log");
            if (!merged.equals(stateBefore)) {
              kept.remove(merged);
            }
            insert(side, random);
            shop.revert(merge);
            // what came after the merge stays
            side.working.keySet().removeAll(side.head.keySet());
            side.working.putAll(before.head);
            side.head = before.head;
            told.add("revert");
          }
        }
        check(main, seed - number);
        check(other, seed - number);
      }
      kept.forEach((state, rows) ->
          assertThat(rows(state)).as("seed %s %s %s", seed - number, told, state).isEqualTo(rows));
    }
  }

  private void insert(Side side, Random random) {
    int count = 1 + random.nextInt(3);
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int n = random.nextInt(2);
      values.append(i == 0 ? "" : ", ").append("(").append(n).append(", '{\"a\": 1}')");
      side.working.put(++lastRow, n + "|{\"a\": 1}");
    }
    shop.write(side.branch, "INSERT INTO log VALUES " + values);
    told.add(side.branch.name() + " +" + count);
  }

  private void commit(Side side) {
    shop.commit(side.branch, "log");
    side.head = new HashMap<>(side.working);
    kept.put(shop.committed(side.branch, "log"), sorted(side.head.values()));
    told.add(side.branch.name() + " commit");
  }

  /** Rows that the source got or lost since the base come to the target, or go there. */
  private Operation merge(
      Side source, Side target, Map<Integer, String> base, TableState baseState) {
    Operation merge =
        shop.merge(
            target.branch,
            "log",
            target.branch.isDefault()
                ? shop.head(target.branch, "log").anchor()
                : shop.head(shop.main, "log").anchor(),
            shop.changes("log", baseState, shop.committed(source.branch, "log")));
    Map<Integer, String> merged = new HashMap<>(target.head);
    Collection<Integer> gone = new HashSet<>(base.keySet());
    gone.removeAll(source.head.keySet());
    merged.keySet().removeAll(gone);
    source.head.forEach((row, text) -> {
      if (!base.containsKey(row)) {
        merged.put(row, text);
      }
    });
    target.head = merged;
    target.working = new HashMap<>(merged);
    kept.put(shop.committed(target.branch, "log"), sorted(merged.values()));
    told.add(source.branch.name() + " into " + target.branch.name());
    return merge;
  }

  private void check(Side side, long seed) {
    String where = side.branch.name();
    assertThat(rows(shop.working(side.branch, "log")))
        .as("seed %s %s working %s", seed, where, told)
        .isEqualTo(sorted(side.working.values()));
    assertThat(rows(shop.committed(side.branch, "log")))
        .as("seed %s %s committed %s", seed, where, told)
        .isEqualTo(sorted(side.head.values()));
    if (side.branch.isDefault()) {
      assertThat(
              shop.database.rows("SELECT n, doc FROM log").stream()
                  .map(row -> String.join("|", row))
                  .sorted()
                  .toList())
          .as("seed %s live %s", seed, told)
          .isEqualTo(sorted(side.working.values()));
    } else {
      shop.write(
          side.branch,
          "SELECT 1 / (CASE count(*) WHEN %d THEN 1 ELSE 0 END) FROM log"
              .formatted(side.working.size()));
    }
  }

  private List<String> rows(TableState state) {
    return sorted(
        shop.rows("log", state).values().stream()
            .map(row -> row.get(0) + "|" + row.get(1))
            .toList());
  }

  private static List<String> sorted(Collection<String> rows) {
    return rows.stream().sorted().toList();
  }
}
