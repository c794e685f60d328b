package dev.epoch.api.table;

import dev.epoch.gateway.table.TableDiscovery;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The tables that a database has. */
@Schema(name = "DiscoveredTables")
public record DiscoveredTables(List<Table> tables) {

  public static DiscoveredTables of(List<TableDiscovery.Found> found) {
    return new DiscoveredTables(
        found.stream()
            .map(table -> new Table(table.path().text(), table.name(), table.registered()))
            .toList());
  }

  /** A table of a database. */
  @Schema(name = "DiscoveredTable")
  public record Table(
      @Schema(description = "Where it is in the database", examples = "public.users") String path,
      @Schema(description = "Its name in the repository, or a free one for it") String name,
      @Schema(description = "Whether the repository has it") boolean registered) {}
}
