package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What is available to a relationship where an instance does not say it. */
public sealed interface Pool {
  /** All instances of the classes that the relationship leads to. */
  record All() implements Pool {}

  /** Nothing: instances have to say it. */
  record None() implements Pool {}

  /** Those that a filter finds. */
  record Filtered(Filter filter) implements Pool {}

  Pool ALL = new All();
  Pool NONE = new None();

  /** {@link #NONE} for null. */
  static Pool parse(JsonNode node, String where) {
    if (node == null || node.isNull()) {
      return NONE;
    }
    if (node.isTextual()) {
      return ofMode(node.textValue(), node, where);
    }
    JsonFields fields = new JsonFields(node, where);
    if (fields.has("mode")) {
      ObjectNode rest = ((ObjectNode) node).deepCopy();
      rest.remove("mode");
      return ofMode(fields.requiredText("mode"), rest, where);
    }
    JsonFields.Tagged tagged = JsonFields.tagged(node, where);
    return ofMode(tagged.tag(), tagged.value(), where);
  }

  private static Pool ofMode(String mode, JsonNode rest, String where) {
    return switch (JsonFields.tag(mode)) {
      case "all" -> ALL;
      case "none" -> NONE;
      case "filter" -> {
        JsonNode filter = rest != null && rest.has("filter") ? rest.get("filter") : rest;
        yield new Filtered(Filter.parse(filter, where));
      }
      default ->
          throw new InvalidCatalogException(
              where + ": there is no pool '" + mode + "'; there are all, none and filter");
    };
  }

  default ObjectNode toJson() {
    return switch (this) {
      case All _ -> CatalogJson.object().put("mode", "all");
      case None _ -> CatalogJson.object().put("mode", "none");
      case Filtered(Filter filter) -> {
        ObjectNode json = CatalogJson.object().put("mode", "filter");
        json.setAll(filter.toJson());
        yield json;
      }
    };
  }
}
