package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What an instance says about one of its properties. */
public sealed interface PropertyValue {
  /**
   * A value.
   *
   * @param type that it says it has
   */
  record Literal(JsonNode value, ValueType type) implements PropertyValue {}

  /**
   * A value that depends on which relationships there are.
   *
   * @param rules the first that holds counts
   * @param otherwise if none holds, or null
   */
  record Conditional(List<Rule> rules, JsonNode otherwise) implements PropertyValue {
    public Conditional {
      rules = List.copyOf(rules);
    }

    /** The value, given which relationships lead anywhere; null if there is none. */
    public JsonNode value(Predicate<String> isPresent) {
      for (Rule rule : rules) {
        if (rule.all().stream().allMatch(isPresent)) {
          return rule.then();
        }
      }
      return otherwise;
    }
  }

  /**
   * One case of a conditional value.
   *
   * @param all relationships that have to be there
   * @param then the value
   */
  record Rule(List<String> all, JsonNode then) {
    public Rule {
      all = List.copyOf(all);
    }
  }

  static PropertyValue parse(JsonNode node, String where) {
    if (node.isObject() && node.has("rules")) {
      JsonFields fields = new JsonFields(node, where).allow(Set.of("rules", "default"));
      return new Conditional(
          fields.list("rules", PropertyValue::rule), fields.node().get("default"));
    }
    if (node.isObject() && node.has("value")) {
      JsonFields fields = new JsonFields(node, where).allow(Set.of("value", "type"));
      JsonNode value = node.get("value");
      String type = fields.text("type");
      return new Literal(
          value, type == null ? ValueType.of(value) : ValueType.parse(type, where + ".type"));
    }
    return new Literal(node, ValueType.of(node));
  }

  private static Rule rule(JsonNode node, String where) {
    JsonFields fields = new JsonFields(node, where).allow(Set.of("when", "then"));
    JsonNode then = node.get("then");
    JsonFields when = new JsonFields(fields.first("when"), where + ".when").allow(Set.of("all"));
    JsonNode all = when.first("all");
    if (then == null || all == null) {
      throw new InvalidCatalogException(where + " needs when.all and then");
    }
    return new Rule(JsonFields.texts(all, where + ".when.all"), then);
  }

  default ObjectNode toJson() {
    ObjectNode json = CatalogJson.object();
    switch (this) {
      case Literal(var value, var type) -> {
        json.set("value", value);
        json.put("type", type.spelling().toLowerCase(java.util.Locale.ROOT));
      }
      case Conditional(var rules, var otherwise) -> {
        ArrayNode list = json.putArray("rules");
        for (Rule rule : rules) {
          ObjectNode each = list.addObject();
          each.putObject("when").set("all", CatalogJson.texts(rule.all()));
          each.set("then", rule.then());
        }
        if (otherwise != null) {
          json.set("default", otherwise);
        }
      }
    }
    return json;
  }
}
