package dev.epoch.benchmarks;

import java.util.List;

/**
 * Two repositories that differ in the size of their data: one has tables of a thousand and of ten
 * thousand rows, the other has one of many.
 */
public record SizedTables(Sized thousand, Sized tenThousand, Sized large) {

  /** A table with keys from 1 to the number of its rows. */
  public record Sized(Repository repository, String table, int rows) {

    /** The statement that changes a thousand rows, evenly spread. */
    public String changeThousand() {
      return changeThousand(table);
    }

    /** The same for another table of this size. */
    public String changeThousand(String other) {
      return "UPDATE %s SET value = value + 1 WHERE id = ANY (ARRAY(SELECT generate_series(%2$d, %3$d, %2$d)::bigint))"
          .formatted(other, rows / 1000, rows);
    }
  }

  /** Made when first asked for. */
  public static SizedTables of(Workbench workbench) throws Exception {
    return workbench.shared(SizedTables.class, SizedTables::make);
  }

  private static SizedTables make(Workbench workbench) throws Exception {
    int rows = workbench.scale().largeRows();
    Repository small = workbench.repository("small_tables");
    create(small, "thousand", 1000);
    create(small, "ten_thousand", 10_000);
    Repository large = workbench.repository("large_tables");
    create(large, "large", rows);
    for (Repository repository : List.of(small, large)) {
      repository.settle();
    }
    small.register("thousand", "ten_thousand");
    large.register("large");
    return new SizedTables(
        new Sized(small, "thousand", 1000),
        new Sized(small, "ten_thousand", 10_000),
        new Sized(large, "large", rows));
  }

  private static void create(Repository repository, String table, int rows) throws Exception {
    repository
        .database()
        .execute(
            "CREATE TABLE %s (id bigint PRIMARY KEY, value int NOT NULL)".formatted(table),
            "INSERT INTO %s SELECT i, 0 FROM generate_series(1, %d) AS i".formatted(table, rows));
  }
}
