package dev.epoch.catalog.merge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import java.util.Collection;

/**
 * What stands in the way of a merge.
 *
 * @param kind of conflict
 * @param resource id of the class or instance
 * @param description for people
 */
public record Conflict(Kind kind, String resource, String description) {
  /** The kinds, as answers name them. */
  public enum Kind {
    SCHEMA("SchemaConflict"),
    INSTANCE("InstanceConflict"),
    VALIDATION("ValidationConflict"),
    STRUCTURAL("StructuralConflict");

    private final String spelling;

    Kind(String spelling) {
      this.spelling = spelling;
    }
  }

  public static ArrayNode toJson(Collection<Conflict> conflicts) {
    ArrayNode list = CatalogJson.array();
    for (Conflict each : conflicts) {
      ObjectNode json = list.addObject();
      json.put("conflict_type", each.kind.spelling)
          .put("resource_id", each.resource)
          .put("description", each.description);
    }
    return list;
  }
}
