package dev.epoch.api.copy;

import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.gateway.copy.TableCopyService.Copied;
import dev.epoch.storage.copy.MadeTable.NearestType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A table that was copied. */
@Schema(name = "CopiedTable")
public record CopiedTable(
    String name,
    String storage,
    @Schema(description = "Of the origin, which has the rows that were copied") String commit,
    long recordCount,
    @Schema(
            description =
                "Of the rows: that of the origin, if it has no rows of types that are left out")
        String contentHash,
    @Schema(description = "That made the table; empty where it was there") String statement,
    @Schema(description = "Types that the storage does not have, and what stands for them")
        List<NearestType> nearest,
    @Schema(description = "Parts of the origin that the copy does not have") List<String> leftOut) {

  static CopiedTable of(Copied copied) {
    RegisteredTable table = copied.table();
    return new CopiedTable(
        table.name(),
        table.storage(),
        table.copy().brought().hex(),
        table.baselineRows(),
        table.baselineHash().hex(),
        copied.made().statement(),
        copied.made().nearest(),
        copied.made().leftOut());
  }
}
