package dev.epoch.benchmarks;

import java.util.List;
import java.util.Random;

/**
 * A table with branches: one has changed a thousandth of its rows, one a tenth, and one has changed
 * another table only. Changed rows lie evenly among the others, every tenth of them is a deletion,
 * and all of it is committed. Each is there twice: as it is, and with the table materialized.
 *
 * @param rows of the table; their keys are 1 to this
 */
public record ReadTables(Repository repository, int rows) {

  /** Has changed every 1000th row. */
  public static final String FEW = "few";

  /** Has changed every 10th row. */
  public static final String MANY = "many";

  /** The same, and the table is copied for the branch. */
  public static final String FEW_COPIED = "few-materialized";

  /** Likewise. */
  public static final String MANY_COPIED = "many-materialized";

  /** Has not changed the table. */
  public static final String UNTOUCHED = "untouched";

  /** The same, and the table is copied for the branch. */
  public static final String UNTOUCHED_COPIED = "untouched-materialized";

  /** The table that branches are read from. */
  public static final String TABLE = "item";

  private static final String COLUMNS =
      """
      (id bigint PRIMARY KEY,
       kind int NOT NULL,
       amount numeric(12, 2) NOT NULL,
       name text NOT NULL,
       note text NOT NULL,
       changed_at timestamptz NOT NULL)
      """;

  /** Rows of about 100 bytes. */
  public static String fill(String table, int rows) {
    return """
    INSERT INTO %s
    SELECT i, i %% 100, (i * 37 %% 100000) / 100.0, 'name of ' || i, md5(i::text),
           timestamptz '2026-01-01 00:00:00Z' + i * interval '1 second'
    FROM generate_series(1, %d) AS i
    """
        .formatted(table, rows);
  }

  /** The statement that makes a table like it. */
  public static String create(String table) {
    return "CREATE TABLE " + table + " " + COLUMNS;
  }

  static ReadTables make(Workbench workbench) throws Exception {
    int rows = workbench.scale().tableRows();
    Repository repository =
        workbench.repository(
            "reads",
            create(TABLE),
            fill(TABLE, rows),
            "CREATE TABLE other (id int PRIMARY KEY, name text NOT NULL)",
            "INSERT INTO other SELECT i, 'name ' || i FROM generate_series(1, 100) AS i",
            "VACUUM ANALYZE");
    repository.register(TABLE, "other");
    change(repository, FEW, 1000);
    change(repository, MANY, 10);
    change(repository, FEW_COPIED, 1000);
    change(repository, MANY_COPIED, 10);
    repository.materialize(FEW_COPIED);
    repository.materialize(MANY_COPIED);
    for (String branch : List.of(UNTOUCHED, UNTOUCHED_COPIED)) {
      repository.branchWith(branch, "UPDATE other SET name = 'changed' WHERE id <= 10");
    }
    repository.materialize(UNTOUCHED_COPIED, TABLE);
    repository.settle();
    return new ReadTables(repository, rows);
  }

  /** Made when first asked for. */
  public static ReadTables of(Workbench workbench) throws Exception {
    return workbench.shared(ReadTables.class, ReadTables::make);
  }

  private static void change(Repository repository, String branch, int every) throws Exception {
    repository.branchWith(
        branch,
        "UPDATE item SET amount = amount + 1, note = 'changed' WHERE id %% %d = 0 AND id %% %d <> 0"
            .formatted(every, 10 * every),
        "DELETE FROM item WHERE id %% %d = 0".formatted(10 * every));
  }

  /**
   * A key of a row that no branch has deleted: by turns one that branch {@link #FEW} has changed,
   * and one that no branch has changed.
   */
  public long key(Random random, long turn) {
    if (turn % 2 == 0) {
      return 10L * random.nextInt(rows / 10) + 1 + random.nextInt(9);
    }
    return 10_000L * random.nextInt(rows / 10_000) + 1000 * (1 + random.nextInt(9));
  }
}
