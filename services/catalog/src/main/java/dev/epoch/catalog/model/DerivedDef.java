package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A property that is computed when somebody asks for it.
 *
 * @param id of the property
 * @param name that it is asked for by
 * @param type of its value
 * @param expression that computes it, null if {@code shorthand} says it
 * @param shorthand property whose values are summed up, of the instance and of all that its
 *     relationships lead to; null if {@code expression} says it
 */
public record DerivedDef(
    String id, String name, ValueType type, Expression expression, String shorthand) {

  static DerivedDef parse(JsonNode node, String where) {
    JsonFields fields =
        new JsonFields(node, where).allow(Set.of("id", "name", "data_type", "expr", "fn_short"));
    String id = fields.text("id");
    String name = fields.text("name");
    if (id == null && name == null) {
      throw new InvalidCatalogException(where + " has neither name nor id");
    }
    JsonNode expression = fields.first("expr");
    JsonNode shorthand = fields.first("fn_short");
    if ((expression == null) == (shorthand == null)) {
      throw new InvalidCatalogException(where + " needs either expr or fn_short");
    }
    String type = fields.text("data_type");
    return new DerivedDef(
        Objects.requireNonNullElse(id, name),
        Objects.requireNonNullElse(name, id),
        type == null ? ValueType.NUMBER : ValueType.parse(type, where + ".data_type"),
        expression == null ? null : Expression.parse(expression, where + ".expr"),
        shorthand == null ? null : summed(shorthand, where + ".fn_short"));
  }

  private static String summed(JsonNode node, String where) {
    JsonFields fields = new JsonFields(node, where).allow(Set.of("method", "property"));
    if (!JsonFields.tag(fields.requiredText("method")).equals("sum")) {
      throw new InvalidCatalogException(where + ".method: there is only 'sum'");
    }
    return fields.requiredText("property");
  }

  /** The expression, that of a shorthand written out for the relationships of its class. */
  public Expression expression(List<RelationshipDef> relationships) {
    if (expression != null) {
      return expression;
    }
    Expression sum = new Expression.Property(shorthand);
    for (RelationshipDef relationship : relationships) {
      sum =
          new Expression.Arithmetic(
              Expression.Operator.ADD,
              sum,
              new Expression.Sum(relationship.name(), shorthand, null));
    }
    return sum;
  }

  ObjectNode toJson() {
    ObjectNode json =
        CatalogJson.object().put("id", id).put("name", name).put("data_type", type.spelling());
    if (expression != null) {
      json.set("expr", expression.toJson());
    } else {
      json.putObject("fn_short").put("method", "sum").put("property", shorthand);
    }
    return json;
  }
}
