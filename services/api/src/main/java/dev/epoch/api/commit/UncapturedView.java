package dev.epoch.api.commit;

import dev.epoch.gateway.table.CaptureService.Uncaptured;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A table whose changes may not have been captured. */
@Schema(name = "UncapturedTable")
public record UncapturedView(
    String repository,
    String table,
    String branch,
    @Schema(description = "Why") String problem,
    @Schema(description = "The command that looks for them") String remedy) {

  static UncapturedView of(Uncaptured table) {
    return new UncapturedView(
        table.repository(), table.table(), table.branch(), table.problem(), table.remedy());
  }

  public static List<UncapturedView> list(List<Uncaptured> tables) {
    return tables.stream().map(UncapturedView::of).toList();
  }

  /** Several of them. */
  @Schema(name = "UncapturedTables")
  public record Listing(List<UncapturedView> uncaptured) {}

  /** A table that was rescanned, and what is not committed there. */
  @Schema(name = "RescannedTable")
  public record Rescanned(String table, String branch, long inserted, long updated, long deleted) {}
}
