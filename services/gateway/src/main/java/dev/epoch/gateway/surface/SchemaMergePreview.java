package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.migration.MigrationService.Side;
import dev.epoch.gateway.migration.MigrationService.Sides;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.model.schema.merge.SchemaConflict;
import dev.epoch.model.schema.merge.SchemaMerge;
import dev.epoch.model.schema.migration.MigrationChange;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaDialect;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** What both sides did to the schema since they parted, and what a merge cannot decide. */
final class SchemaMergePreview {
  private final VersioningServer server;

  SchemaMergePreview(VersioningServer server) {
    this.server = server;
  }

  /**
   * Rows of {@code epoch.three_way_diff}; empty if the schemas of the three commits are not known
   * in the same terms. Of several merge bases the first one counts.
   */
  Optional<ArrayNode> of(RepositoryState state, CommitState target, CommitState source) {
    CommitState base =
        state
            .commits()
            .of(Lineage.mergeBases(state, target.id(), source.id()).getFirst())
            .orElseThrow();
    Sides ours = sides(state, base, target);
    Sides theirs = sides(state, base, source);
    if (ours.whole() != theirs.whole()) {
      return Optional.empty();
    }
    Map<String, ObjectNode> rows = new TreeMap<>();
    changes(ours, rows, (row, change) -> row.put("target_change", change));
    changes(theirs, rows, (row, change) -> row.put("source_change", change));
    for (SchemaConflict conflict :
        SchemaMerge.merge(ours.before(), ours.after(), theirs.after()).conflicts()) {
      ObjectNode row = row(rows, type(conflict), conflict.path());
      row.put("conflict_type", conflict.type().wireName());
      row.put("base_version", conflict.base());
      row.put("target_version", conflict.ours());
      row.put("source_version", conflict.theirs());
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    rows.values().forEach(array::add);
    return Optional.of(array);
  }

  private Sides sides(RepositoryState state, CommitState base, CommitState side) {
    return server.migrations().sides(state, new Side.Committed(base), new Side.Committed(side));
  }

  private void changes(
      Sides sides, Map<String, ObjectNode> rows, BiConsumer<ObjectNode, String> put) {
    SchemaDialect dialect = server.schemas().dialect();
    for (MigrationChange change :
        dialect.changes(dialect.between(sides.before(), sides.after(), MigrationOptions.SCRIPT))) {
      boolean whole = change.objectType().equals(change.owner().kind().label());
      String owner = change.owner().name().toString();
      put.accept(
          row(rows, change.objectType(), whole ? owner : owner + "." + change.objectName()),
          change.type().label());
    }
  }

  private static ObjectNode row(Map<String, ObjectNode> rows, String type, String path) {
    return rows.computeIfAbsent(
        type + " " + path,
        _ ->
            JsonNodeFactory.instance
                .objectNode()
                .put("object_type", type.toUpperCase(Locale.ROOT))
                .put("object_name", path.replaceFirst("^public\\.", "")));
  }

  private static String type(SchemaConflict conflict) {
    return conflict.part() == SchemaConflict.Part.OBJECT
        ? conflict.object().kind().label()
        : conflict.part().name().toLowerCase(Locale.ROOT);
  }
}
