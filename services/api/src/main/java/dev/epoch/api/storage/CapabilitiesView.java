package dev.epoch.api.storage;

import dev.epoch.storage.Capabilities;
import dev.epoch.storage.StorageAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a backend can do. */
@Schema(name = "Capabilities")
public record CapabilitiesView(
    @Schema(description = "How far one operation reaches at once: all_tables or one_table")
        String transactions,
    @Schema(description = "How changes of live tables are noticed: triggers or scan")
        String capture,
    @Schema(description = "Kinds of constraints that no merge breaks") List<String> constraints,
    @Schema(
            description =
                "queries, sessions, open_tables, own_tables, migrations, schema_changes, table_copies")
        List<String> parts) {

  static CapabilitiesView of(StorageAdapter adapter) {
    Capabilities capabilities = adapter.capabilities();
    List<String> parts = new ArrayList<>();
    add(parts, "queries", adapter.queries());
    add(parts, "sessions", adapter.sessions());
    add(parts, "open_tables", adapter.openTables());
    add(parts, "own_tables", adapter.ownTables());
    add(parts, "migrations", adapter.migrations());
    add(parts, "schema_changes", adapter.schemaChanges());
    add(parts, "table_copies", adapter.tableMaker());
    return new CapabilitiesView(
        name(capabilities.transactions()),
        name(capabilities.capture()),
        capabilities.constraints().stream().map(CapabilitiesView::name).sorted().toList(),
        List.copyOf(parts));
  }

  private static void add(List<String> parts, String name, Optional<?> part) {
    if (part.isPresent()) {
      parts.add(name);
    }
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
