package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** What an instance says about one of its relationships. */
public sealed interface Selection {
  /**
   * These instances (a static selector).
   *
   * @param metadata of whoever wrote it, or null
   */
  record Ids(List<String> ids, JsonNode metadata) implements Selection {
    public Ids {
      ids = List.copyOf(ids);
    }
  }

  /**
   * All that a filter finds when it is looked at (a dynamic selector).
   *
   * @param metadata of whoever wrote it, or null
   */
  record Filtered(Filter filter, JsonNode metadata) implements Selection {}

  /**
   * What is available in place of the class's default pool; the solver chooses.
   *
   * @param pool what is available
   * @param selection which of them, or null for the solver to choose
   */
  record Pooled(Pool pool, Selection selection) implements Selection {}

  /** All of the classes that the relationship leads to are available. */
  record All() implements Selection {}

  /** Nothing is. */
  record None() implements Selection {}

  Selection ALL = new All();
  Selection NONE = new None();

  static Selection parse(JsonNode node, String where) {
    if (node.isArray()) {
      return new Ids(JsonFields.texts(node, where), null);
    }
    if (node.isTextual()) {
      return switch (JsonFields.tag(node.textValue())) {
        case "all" -> ALL;
        case "none" -> NONE;
        default -> new Ids(List.of(node.textValue()), null);
      };
    }
    JsonFields fields = new JsonFields(node, where);
    if (fields.has("resolution_mode")) {
      return selector(fields);
    }
    if (fields.has("mode")) {
      return pooled(Pool.parse(node, where), null);
    }
    if (fields.has("pool")) {
      fields.allow(Set.of("pool", "selection"));
      return pool(fields);
    }
    JsonFields.Tagged tagged = JsonFields.tagged(node, where);
    JsonNode value = tagged.value();
    return switch (tagged.tag()) {
      case "all" -> ALL;
      case "none" -> NONE;
      case "ids", "simple_ids", "explicit" -> ids(value, where);
      case "filter" -> {
        JsonNode filter = value != null && value.has("filter") ? value.get("filter") : value;
        yield new Filtered(Filter.parse(filter, where + ".filter"), null);
      }
      case "pool_based" -> pool(new JsonFields(value, where).allow(Set.of("pool", "selection")));
      default ->
          throw new InvalidCatalogException(
              where
                  + ": '"
                  + tagged.tag()
                  + "' is no way to select; there are ids, filter, pool, all, none and"
                  + " resolution_mode");
    };
  }

  private static Selection ids(JsonNode value, String where) {
    if (value == null) {
      return new Ids(List.of(), null);
    }
    JsonNode list = value.has("ids") ? value.get("ids") : value;
    return new Ids(JsonFields.texts(list, where + ".ids"), null);
  }

  private static Selection selector(JsonFields fields) {
    fields.allow(Set.of("resolution_mode", "materialized_ids", "filter", "metadata"));
    String mode = JsonFields.tag(fields.requiredText("resolution_mode"));
    return switch (mode) {
      case "static" -> {
        JsonNode ids = fields.first("materialized_ids");
        yield new Ids(
            ids == null ? List.of() : JsonFields.texts(ids, fields.where() + ".materialized_ids"),
            fields.first("metadata"));
      }
      case "dynamic" ->
          new Filtered(
              Filter.parse(fields.first("filter"), fields.where() + ".filter"),
              fields.first("metadata"));
      default ->
          throw new InvalidCatalogException(
              fields.where() + ".resolution_mode should be static or dynamic");
    };
  }

  private static Selection pool(JsonFields fields) {
    JsonNode pool = fields.first("pool");
    JsonNode selection = fields.first("selection");
    String where = fields.where() + ".pool";
    Pool parsed =
        pool == null
            ? Pool.ALL
            : pool.isObject() && !pool.has("mode")
                ? new Pool.Filtered(Filter.parse(pool, where))
                : Pool.parse(pool, where);
    return pooled(
        parsed, selection == null ? null : parse(selection, fields.where() + ".selection"));
  }

  private static Selection pooled(Pool pool, Selection selection) {
    if (selection == null && pool.equals(Pool.ALL)) {
      return ALL;
    }
    return selection == null && pool.equals(Pool.NONE) ? NONE : new Pooled(pool, selection);
  }

  default JsonNode toJson() {
    ObjectNode json = CatalogJson.object();
    switch (this) {
      case All _ -> json.put("mode", "all");
      case None _ -> json.put("mode", "none");
      case Ids(var ids, var metadata) -> {
        if (metadata == null) {
          json.putObject("Ids").set("ids", CatalogJson.texts(ids));
        } else {
          json.put("resolution_mode", "static");
          json.set("materialized_ids", CatalogJson.texts(ids));
          json.set("metadata", metadata);
        }
      }
      case Filtered(var filter, var metadata) -> {
        json.put("resolution_mode", "dynamic");
        json.set("filter", filter.toJson());
        if (metadata != null) {
          json.set("metadata", metadata);
        }
      }
      case Pooled(var pool, var selection) -> {
        json.set(
            "pool", pool instanceof Pool.Filtered(var filter) ? filter.toJson() : pool.toJson());
        if (selection != null) {
          json.set("selection", selection.toJson());
        }
      }
    }
    return json;
  }
}
