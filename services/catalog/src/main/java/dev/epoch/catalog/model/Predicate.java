package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What may hold for an instance. */
public sealed interface Predicate {
  record All(List<Predicate> predicates) implements Predicate {}

  record Any(List<Predicate> predicates) implements Predicate {}

  record Not(Predicate predicate) implements Predicate {}

  /** The property is there, and neither false nor null. */
  record Has(String property) implements Predicate {}

  record Compare(Comparison comparison, String property, JsonNode value) implements Predicate {}

  /** The property is one of these. */
  record In(String property, List<JsonNode> values) implements Predicate {}

  /** Whether it holds, given the values of the instance: null for a property that it lacks. */
  default boolean holds(Function<String, JsonNode> values) {
    return switch (this) {
      case All(var all) -> all.stream().allMatch(each -> each.holds(values));
      case Any(var any) -> any.stream().anyMatch(each -> each.holds(values));
      case Not(var predicate) -> !predicate.holds(values);
      case Has(var property) -> {
        JsonNode found = values.apply(property);
        yield found != null && !found.isNull() && (!found.isBoolean() || found.booleanValue());
      }
      case Compare(var comparison, var property, var value) -> {
        JsonNode found = values.apply(property);
        yield found != null && !found.isNull() && comparison.holds(found, value);
      }
      case In(var property, var options) -> {
        JsonNode found = values.apply(property);
        yield found != null && options.stream().anyMatch(each -> CatalogJson.same(found, each));
      }
    };
  }

  static Predicate parse(JsonNode node, String where) {
    if (node.isTextual()) {
      return new Has(node.textValue());
    }
    JsonFields.Tagged tagged = JsonFields.tagged(node, where);
    JsonNode value = tagged.value();
    if (value == null) {
      throw new InvalidCatalogException(where + "." + tagged.tag() + " is empty");
    }
    String at = where + "." + tagged.tag();
    return switch (tagged.tag()) {
      case "all", "and" -> new All(several(value, at));
      case "any", "or" -> new Any(several(value, at));
      case "not" -> new Not(parse(value.has("predicate") ? value.get("predicate") : value, at));
      case "has_prop", "has" ->
          new Has(
              value.isTextual()
                  ? value.textValue()
                  : new JsonFields(value, at).requiredText("prop", "property"));
      case "prop_in", "in" -> {
        JsonFields fields = new JsonFields(value, at).allow(Set.of("prop", "values"));
        yield new In(fields.requiredText("prop"), fields.list("values", (element, _) -> element));
      }
      default -> compare(tagged.tag(), value, at);
    };
  }

  private static List<Predicate> several(JsonNode value, String where) {
    JsonNode list = value.has("predicates") ? value.get("predicates") : value;
    return JsonFields.list(list, where, Predicate::parse);
  }

  private static Predicate compare(String tag, JsonNode value, String where) {
    Comparison comparison =
        Comparison.of(tag.startsWith("prop_") ? tag.substring("prop_".length()) : tag)
            .orElseThrow(() ->
                new InvalidCatalogException(
                    where
                        + ": there is no predicate of this name; there are all, any, not, has_prop,"
                        + " prop_in, prop_eq, prop_ne, prop_lt, prop_lte, prop_gt, prop_gte and"
                        + " prop_contains"));
    JsonFields fields = new JsonFields(value, where).allow(Set.of("prop", "property", "value"));
    JsonNode operand = fields.first("value");
    if (operand == null) {
      throw new InvalidCatalogException(where + ".value is missing");
    }
    return new Compare(comparison, fields.requiredText("prop", "property"), operand);
  }

  default ObjectNode toJson() {
    ObjectNode json = CatalogJson.object();
    switch (this) {
      case All(var all) -> json.putObject("all").set("predicates", list(all));
      case Any(var any) -> json.putObject("any").set("predicates", list(any));
      case Not(var predicate) -> json.putObject("not").set("predicate", predicate.toJson());
      case Has(var property) -> json.putObject("has_prop").put("prop", property);
      case In(var property, var values) -> {
        ArrayNode list = json.putObject("prop_in").put("prop", property).putArray("values");
        values.forEach(list::add);
      }
      case Compare(var comparison, var property, var value) ->
          json.putObject("prop_" + comparison.wireName()).put("prop", property).set("value", value);
    }
    return json;
  }

  private static ArrayNode list(List<Predicate> predicates) {
    ArrayNode list = CatalogJson.array();
    predicates.forEach(each -> list.add(each.toJson()));
    return list;
  }

  /** As resolution details print it. */
  default String description() {
    return switch (this) {
      case All(var all) -> "All { predicates: " + descriptions(all) + " }";
      case Any(var any) -> "Any { predicates: " + descriptions(any) + " }";
      case Not(var predicate) -> "Not { predicate: " + predicate.description() + " }";
      case Has(var property) -> "HasProp { prop: " + quoted(property) + " }";
      case In(var property, var values) ->
          "PropIn { prop: "
              + quoted(property)
              + ", values: "
              + values.stream()
                  .map(Predicate::valueDescription)
                  .collect(Collectors.joining(", ", "[", "]"))
              + " }";
      case Compare(var comparison, var property, var value) ->
          "Prop"
              + comparison.spelling()
              + " { prop: "
              + quoted(property)
              + ", value: "
              + valueDescription(value)
              + " }";
    };
  }

  private static String descriptions(List<Predicate> predicates) {
    return predicates.stream()
        .map(Predicate::description)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String valueDescription(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> "Number(" + CatalogJson.text(value) + ")";
      case STRING -> "String(" + quoted(value.textValue()) + ")";
      case BOOLEAN -> "Bool(" + value.booleanValue() + ")";
      default -> CatalogJson.text(value);
    };
  }

  static String quoted(String text) {
    return CatalogJson.text(com.fasterxml.jackson.databind.node.TextNode.valueOf(text));
  }

  /** A list of predicates that all hold. */
  static Predicate allOf(List<Predicate> predicates) {
    return new All(new ArrayList<>(predicates));
  }
}
