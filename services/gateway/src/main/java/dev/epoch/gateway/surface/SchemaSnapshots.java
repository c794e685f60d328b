package dev.epoch.gateway.surface;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.SqlSurface;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Lets sessions see the objects that commits have recorded of the schemas of their database. */
final class SchemaSnapshots {
  /** Commits told of at a time. */
  private static final int MOST_COMMITS = 20;

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final VersioningServer server;
  private final SqlSurface surface;

  /** Commits that sessions have been told of, by repository. */
  private final Map<String, Set<String>> told = new HashMap<>();

  SchemaSnapshots(VersioningServer server, SqlSurface surface) {
    this.server = server;
    this.surface = surface;
  }

  /** Tells of commits that are new. */
  synchronized void of(RepositoryState state) {
    if (state.schemas().isEmpty()) {
      return;
    }
    Set<String> known =
        told.computeIfAbsent(state.name(), name -> new HashSet<>(surface.snapshots(name)));
    int fresh = 0;
    for (Map.Entry<String, CommitSchema> entry : state.schemas().entrySet()) {
      if (fresh < MOST_COMMITS && !known.contains(entry.getKey())) {
        entry
            .getValue()
            .schemas()
            .forEach((storage, recorded) -> {
              if (isOurs(state, storage)) {
                surface.snapshot(state.name(), entry.getKey(), objects(recorded));
              }
            });
        known.add(entry.getKey());
        fresh++;
      }
    }
  }

  private boolean isOurs(RepositoryState state, String storage) {
    var known = state.storages().byName().get(storage);
    return known != null
        && known.enabled()
        && server
            .backends()
            .adapters()
            .adapter(known)
            .surface()
            .filter(surface::equals)
            .isPresent();
  }

  private ArrayNode objects(RecordedSchema recorded) {
    ArrayNode rows = JSON.arrayNode();
    for (SchemaObject object : server.schemas().read(recorded).objects().values()) {
      ObjectNode row = rows.addObject();
      row.put("object_hash", SchemaTree.hash(object).hex());
      row.put("object_type", object.kind().label().toUpperCase(java.util.Locale.ROOT));
      row.put("object_name", object.name().toString());
      row.put("ddl_content", server.schemas().dialect().create(object));
      ArrayNode needs = row.putArray("dependencies");
      object.dependsOn().stream().sorted().forEach(id -> needs.add(id.toString()));
    }
    return rows;
  }
}
