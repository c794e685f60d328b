package dev.epoch.api.branch;

import dev.epoch.gateway.read.MaterializationService;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The copies of a branch's tables. */
@Schema(name = "MaterializedBranch")
public record MaterializedView(String branch, List<Copy> tables) {

  /** One of them. */
  @Schema(name = "MaterializedTable")
  public record Copy(
      String table,
      @Schema(description = "Estimated") long rows,
      @Schema(description = "On disk, with indexes") long bytes,
      @Schema(
              description =
                  "Whether sessions read it. If not, older transactions are still at work: ask again")
          boolean inUse,
      @Schema(description = "Whether the server made it by itself, because the table is read a lot")
          boolean automatic) {}

  public static MaterializedView of(String branch, List<MaterializationService.Copy> copies) {
    return new MaterializedView(
        branch,
        copies.stream()
            .map(copy ->
                new Copy(copy.table(), copy.rows(), copy.bytes(), copy.inUse(), copy.automatic()))
            .toList());
  }
}
