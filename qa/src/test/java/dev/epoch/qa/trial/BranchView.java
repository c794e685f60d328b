package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Rows.Cells;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A view that a client has made on a branch: what its query is, and what it answers.
 *
 * @param table that it reads
 * @param other that it reads, too, by the same id; null for none
 * @param wide whether it has another column
 * @param materialized whether it answers with what was there when it was refreshed
 */
record BranchView(String name, String table, String other, boolean wide, boolean materialized) {
  /** How many columns it has. */
  int columns() {
    return altered() ? 1 : wide ? 3 : 2;
  }

  /** Whether its table's columns, but for the key, come and go. */
  private boolean altered() {
    return Shape.of(table) != null;
  }

  /** With another column, or without it. */
  BranchView replaced() {
    return new BranchView(name, table, other, !wide, materialized);
  }

  String create() {
    return "CREATE %s %s AS %s"
        .formatted(materialized ? "MATERIALIZED VIEW" : "VIEW", name, query());
  }

  String replace() {
    return "CREATE OR REPLACE VIEW %s AS %s".formatted(name, query());
  }

  String drop() {
    return "DROP %s %s".formatted(materialized ? "MATERIALIZED VIEW" : "VIEW", name);
  }

  private String query() {
    if (altered()) {
      return "SELECT id FROM " + table;
    }
    return other == null
        ? "SELECT id, a%s FROM %s WHERE a IS NOT NULL".formatted(wide ? ", b" : "", table)
        : "SELECT one.id, one.a%s FROM %s one JOIN %s other ON other.id = one.id"
            .formatted(wide ? ", other.b" : "", table, other);
  }

  /** Its rows by their ids, where the branch has these rows. */
  Map<Integer, List<String>> answer(Rows rows) {
    Map<Integer, List<String>> answer = new TreeMap<>();
    rows.byId()
        .forEach((row, cells) -> {
          if (row.table().equals(table) && row.number() != Shape.NUMBER) {
            row(row, cells, rows, answer);
          }
        });
    return answer;
  }

  private void row(RowId row, Cells cells, Rows rows, Map<Integer, List<String>> answer) {
    if (altered()) {
      answer.put(row.id(), List.of());
    } else if (other == null) {
      if (cells.get("a") != null) {
        answer.put(row.id(), values(cells.get("a"), cells.get("b")));
      }
    } else {
      Cells joined = rows.get(new RowId(other, row.id()));
      if (joined != null) {
        answer.put(row.id(), values(cells.get("a"), joined.get("b")));
      }
    }
  }

  private List<String> values(String a, String b) {
    return wide ? List.of(String.valueOf(a), String.valueOf(b)) : List.of(String.valueOf(a));
  }
}
