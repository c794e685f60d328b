package dev.epoch.catalog.resolve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import java.util.List;

/**
 * What a relationship of an instance leads to.
 *
 * @param relationship its name
 * @param original what was said about it, by the instance or else by its class
 * @param ids instances that it leads to, or that are available to it
 * @param isSelected whether they are chosen; if not, the solver chooses among them
 * @param source who said it: {@code instance} or {@code schema_default_pool}
 * @param method how it was resolved
 * @param filterDescription the filter, as text, or null
 * @param poolSize how many there were before the filter
 * @param notes what was left out, and why
 */
public record Resolution(
    String relationship,
    JsonNode original,
    List<String> ids,
    boolean isSelected,
    String source,
    String method,
    String filterDescription,
    int poolSize,
    List<String> notes) {
  public Resolution {
    notes = List.copyOf(notes);
  }

  /**
   * As answers show it.
   *
   * @param micros how long it took
   */
  public ObjectNode toJson(long micros) {
    ObjectNode json = CatalogJson.object();
    json.set("original", original);
    json.set("materialized_ids", CatalogJson.texts(ids));
    ObjectNode details =
        json.putObject("resolution_details")
            .put("resolved_from", source)
            .put("resolution_method", method)
            .put("filter_description", filterDescription)
            .put("total_pool_size", poolSize)
            .put("filtered_out_count", Math.max(0, poolSize - ids.size()))
            .put("resolution_time_us", micros);
    details.set("notes", CatalogJson.texts(notes));
    return json;
  }
}
