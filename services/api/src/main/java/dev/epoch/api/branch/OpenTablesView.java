package dev.epoch.api.branch;

import dev.epoch.gateway.read.OpenTablesService;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How the tables of a branch stand for sessions of the database. */
@Schema(name = "BranchOpenTables")
public record OpenTablesView(
    String branch,
    List<Table> tables,
    @Schema(
            description =
                "Foreign keys that only merges check: one side is open and the other is not")
        List<String> uncheckedReferences,
    @Schema(description = "Files of the branch, where its tables are not in the database itself")
        List<String> places) {

  /** One of them. */
  @Schema(name = "BranchOpenTable")
  public record Table(
      String table,
      @Schema(description = "Whether it is a real table on the branch; else views stand for it")
          boolean open,
      @Schema(description = "Why it cannot be open") String reason,
      @Schema(description = "Estimated") long rows,
      @Schema(description = "On disk, with indexes") long bytes) {}

  public static OpenTablesView of(String branch, OpenTablesService.Openings openings) {
    return new OpenTablesView(
        branch,
        openings.tables().stream()
            .map(t -> new Table(t.name(), t.open(), t.reason(), t.rows(), t.bytes()))
            .toList(),
        openings.uncheckedReferences(),
        openings.places());
  }
}
