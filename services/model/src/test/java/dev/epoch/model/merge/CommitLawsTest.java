package dev.epoch.model.merge;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.Property;
import dev.epoch.model.RandomSchemas;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds of every history of commits, branches and merges of a table of any shape. */
class CommitLawsTest {
  private static final int STEPS = 30;

  /**
   * A history.
   *
   * @param keys rows that come and go
   */
  record History(TableSchema table, List<Row> keys, List<Long> steps) {
    static History of(Random random) {
      TableSchema table = RandomSchemas.of(random);
      Map<RowKey, Row> keys = new LinkedHashMap<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        Row row =
            Row.of(
                table.columns().stream()
                    .map(column -> RandomSchemas.value(column, random))
                    .toArray(String[]::new));
        keys.put(row.key(table.keyIndexes()), row);
      }
      return new History(table, List.copyOf(keys.values()), random.longs(STEPS).boxed().toList());
    }

    List<History> smaller() {
      List<History> smaller = new ArrayList<>();
      for (int piece = Math.max(1, steps.size() / 2); piece > 0; piece /= 2) {
        for (int start = 0; start + piece <= steps.size(); start += piece) {
          List<Long> fewer = new ArrayList<>(steps.subList(0, start));
          fewer.addAll(steps.subList(start + piece, steps.size()));
          smaller.add(new History(table, keys, fewer));
        }
      }
      for (Column column : table.columns()) {
        if (!table.primaryKey().contains(column.name())) {
          smaller.add(without(column));
        }
      }
      return smaller;
    }

    private History without(Column column) {
      int at = table.indexOf(column.name());
      List<Column> columns = new ArrayList<>(table.columns());
      columns.remove(at);
      List<Row> narrower =
          keys.stream()
              .map(row -> {
                List<String> values = new ArrayList<>(row.values());
                values.remove(at);
                return Row.of(values.toArray(String[]::new));
              })
              .toList();
      return new History(
          new TableSchema(columns, table.primaryKey(), List.of(), List.of()), narrower, steps);
    }

    @Override
    public String toString() {
      return new RandomTables(table, Map.of(), Map.of(), Map.of())
          + System.lineSeparator()
          + "  keys   "
          + keys
          + System.lineSeparator()
          + "  steps  "
          + steps;
    }
  }

  /** Histories that are tried. */
  int cases() {
    return 3_000;
  }

  @Test
  void everyMergeAndEveryCommitOfAHistory() {
    int[] counts = new int[3];
    Property.holds(
        cases(),
        History::of,
        History::smaller,
        history -> {
          RandomCommits commits = new RandomCommits(history.table(), history.keys());
          history.steps().forEach(commits::step);
          commits.checkCommits();
          counts[0] += commits.merges;
          counts[1] += commits.conflicts;
          counts[2] += commits.virtual;
        });
    System.out.printf(
        "  %d merges, %d with conflicts, %d with a virtual base%n",
        counts[0], counts[1], counts[2]);
  }
}
