package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which instances.
 *
 * @param types ids or names of their classes, empty for those that the relationship leads to
 * @param where what holds for them, or null
 * @param sort in which order, empty for that of their ids
 * @param limit most of them, or null
 */
public record Filter(List<String> types, Predicate where, List<Sort> sort, Long limit) {
  /** A property to sort by. */
  public record Sort(String property, boolean descending) {}

  public Filter {
    types = List.copyOf(types);
    sort = List.copyOf(sort);
  }

  public static Filter parse(JsonNode node, String where) {
    JsonFields fields =
        new JsonFields(node, where).allow(Set.of("type", "types", "where", "sort", "limit"));
    JsonNode types = fields.first("type", "types");
    JsonNode condition = fields.first("where");
    JsonNode sort = fields.first("sort");
    Long limit = fields.whole("limit");
    if (limit != null && limit < 0) {
      throw new InvalidCatalogException(where + ".limit should not be negative");
    }
    return new Filter(
        types == null ? List.of() : JsonFields.texts(types, where + ".type"),
        condition == null ? null : Predicate.parse(condition, where + ".where"),
        sort == null ? List.of() : sorts(sort, where + ".sort"),
        limit);
  }

  private static List<Sort> sorts(JsonNode node, String where) {
    return node.isArray() ? JsonFields.list(node, where, Filter::sort) : List.of(sort(node, where));
  }

  private static Sort sort(JsonNode node, String where) {
    if (node.isTextual()) {
      String text = node.textValue();
      return text.startsWith("-") ? new Sort(text.substring(1), true) : new Sort(text, false);
    }
    JsonFields fields =
        new JsonFields(node, where)
            .allow(Set.of("prop", "property", "by", "order", "direction", "dir"));
    String order = fields.text("order", "direction", "dir");
    boolean isDescending = order != null && JsonFields.tag(order).startsWith("desc");
    if (order != null && !isDescending && !JsonFields.tag(order).startsWith("asc")) {
      throw new InvalidCatalogException(where + ".order should be asc or desc");
    }
    return new Sort(fields.requiredText("prop", "property", "by"), isDescending);
  }

  public ObjectNode toJson() {
    ObjectNode json = CatalogJson.object();
    if (!types.isEmpty()) {
      json.set("type", CatalogJson.texts(types));
    }
    if (where != null) {
      json.set("where", where.toJson());
    }
    if (!sort.isEmpty()) {
      ArrayNode list = json.putArray("sort");
      sort.forEach(by ->
          list.addObject()
              .put("prop", by.property())
              .put("order", by.descending() ? "desc" : "asc"));
    }
    if (limit != null) {
      json.put("limit", limit);
    }
    return json;
  }

  /** As resolution details print it. */
  public String description() {
    return "InstanceFilter { types: "
        + (types.isEmpty()
            ? "None"
            : types.stream()
                .map(Predicate::quoted)
                .collect(Collectors.joining(", ", "Some([", "])")))
        + ", where_clause: "
        + (where == null ? "None" : "Some(" + where.description() + ")")
        + ", sort: "
        + (sort.isEmpty()
            ? "None"
            : sort.stream()
                .map(by ->
                    "Sort { prop: "
                        + Predicate.quoted(by.property())
                        + ", order: "
                        + (by.descending() ? "Desc" : "Asc")
                        + " }")
                .collect(Collectors.joining(", ", "Some([", "])")))
        + ", limit: "
        + (limit == null ? "None" : "Some(" + limit + ")")
        + " }";
  }
}
