package dev.epoch.benchmarks;

/**
 * Two tables of the same columns and rows: {@code item} is registered, {@code plain} is not.
 *
 * @param rows of either; their keys are 1 to this
 */
public record WriteTables(Repository repository, int rows) {

  /** Made when first asked for. */
  public static WriteTables of(Workbench workbench) throws Exception {
    return workbench.shared(WriteTables.class, WriteTables::make);
  }

  private static WriteTables make(Workbench workbench) throws Exception {
    int rows = workbench.scale().tableRows();
    Repository repository =
        workbench.repository(
            "writes",
            ReadTables.create("item"),
            ReadTables.create("plain"),
            ReadTables.fill("item", rows),
            ReadTables.fill("plain", rows));
    repository.register("item");
    repository.settle();
    return new WriteTables(repository, rows);
  }
}
