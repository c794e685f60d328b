package dev.epoch.catalog.resolve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.DerivedDef;
import dev.epoch.catalog.model.Expression;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.model.RelationshipDef;
import dev.epoch.catalog.model.ValueType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes conditional and derived properties, given what is chosen. A number that is not there
 * counts as 0 in sums, differences and products; what is divided by 0, and a whole expression of
 * another type than it says, is null.
 */
public final class Evaluator {
  private static final MathContext PRECISION = MathContext.DECIMAL64;

  private final CatalogContent content;
  private final Choice choice;

  public Evaluator(CatalogContent content, Choice choice) {
    this.content = content;
    this.choice = choice;
  }

  /** The value of a property that is not derived; null if there is none. */
  public JsonNode value(Instance instance, String property) {
    return switch (instance.properties().get(property)) {
      case null -> null;
      case PropertyValue.Literal(JsonNode value, _) -> value;
      case PropertyValue.Conditional conditional ->
          conditional.value(relationship -> isPresent(instance, relationship));
    };
  }

  /** Whether a relationship leads anywhere. */
  public boolean isPresent(Instance instance, String relationship) {
    return content
        .classOf(instance)
        .flatMap(its -> its.relationship(relationship))
        .filter(definition -> !choice.of(instance, definition).isEmpty())
        .isPresent();
  }

  /** All properties that are not derived, evaluated. */
  public ObjectNode values(Instance instance) {
    ObjectNode values = CatalogJson.object();
    instance
        .properties()
        .keySet()
        .forEach(property -> values.set(property, value(instance, property)));
    return values;
  }

  /** All derived properties of an instance, null where they have no value. */
  public ObjectNode derived(Instance instance) {
    ObjectNode values = CatalogJson.object();
    content
        .classOf(instance)
        .ifPresent(its ->
            its.derived().forEach(each -> values.set(each.name(), derived(instance, its, each))));
    return values;
  }

  /** One derived property. */
  public JsonNode derived(Instance instance, ClassDef its, DerivedDef definition) {
    JsonNode value = evaluate(definition.expression(its.relationships()), instance);
    return value == null || !definition.type().holds(value) ? CatalogJson.number(null) : value;
  }

  private JsonNode evaluate(Expression expression, Instance instance) {
    return switch (expression) {
      case Expression.Literal(JsonNode value) -> value;
      case Expression.Property(String property) -> value(instance, property);
      case Expression.Related(String relationship, String property) ->
          related(instance, relationship, property);
      case Expression.Arithmetic(var operator, var left, var right) ->
          number(
              arithmetic(
                  operator, decimal(evaluate(left, instance)), decimal(evaluate(right, instance))));
      case Expression.Sum(var over, var property, var where) -> {
        BigDecimal sum = BigDecimal.ZERO;
        for (Map.Entry<Instance, Long> each : chosen(instance, over).entrySet()) {
          JsonNode value = value(each.getKey(), property);
          if (value != null && value.isNumber() && holds(where, each.getKey())) {
            sum = sum.add(value.decimalValue().multiply(BigDecimal.valueOf(each.getValue())));
          }
        }
        yield number(sum);
      }
      case Expression.Count(var over, var where) ->
          number(
              BigDecimal.valueOf(
                  chosen(instance, over).entrySet().stream()
                      .filter(each -> holds(where, each.getKey()))
                      .mapToLong(Map.Entry::getValue)
                      .sum()));
      case Expression.Condition(var condition, var then, var otherwise) ->
          evaluate(holds(condition, instance) ? then : otherwise, instance);
      case Expression.Compare(var comparison, var left, var right) -> {
        JsonNode a = evaluate(left, instance);
        JsonNode b = evaluate(right, instance);
        yield BooleanNode.valueOf(a != null && b != null && comparison.holds(a, b));
      }
      case Expression.Both(var left, var right) ->
          BooleanNode.valueOf(holds(left, instance) && holds(right, instance));
      case Expression.Either(var left, var right) ->
          BooleanNode.valueOf(holds(left, instance) || holds(right, instance));
      case Expression.Not(var inner) -> BooleanNode.valueOf(!holds(inner, instance));
    };
  }

  /** Whether a condition holds; true for null, which is none. */
  public boolean holds(Expression condition, Instance instance) {
    if (condition == null) {
      return true;
    }
    JsonNode value = evaluate(condition, instance);
    return value != null && value.isBoolean() && value.booleanValue();
  }

  private JsonNode related(Instance instance, String relationship, String property) {
    List<JsonNode> values =
        chosen(instance, relationship).keySet().stream()
            .map(each -> value(each, property))
            .filter(value -> value != null && !value.isNull())
            .toList();
    if (values.size() <= 1) {
      return values.isEmpty() ? null : values.getFirst();
    }
    return values.stream().allMatch(ValueType.NUMBER::holds)
        ? number(
            values.stream().map(JsonNode::decimalValue).reduce(BigDecimal.ZERO, BigDecimal::add))
        : null;
  }

  private Map<Instance, Long> chosen(Instance instance, String relationship) {
    Optional<RelationshipDef> definition =
        content.classOf(instance).flatMap(its -> its.relationship(relationship));
    Map<Instance, Long> chosen = new java.util.LinkedHashMap<>();
    definition.ifPresent(known ->
        choice
            .of(instance, known)
            .forEach((id, copies) ->
                content.instance(id).ifPresent(found -> chosen.put(found, copies))));
    return chosen;
  }

  private static BigDecimal arithmetic(
      Expression.Operator operator, BigDecimal left, BigDecimal right) {
    if (operator == Expression.Operator.DIV) {
      return left == null || right == null || right.signum() == 0
          ? null
          : left.divide(right, PRECISION);
    }
    BigDecimal a = left == null ? BigDecimal.ZERO : left;
    BigDecimal b = right == null ? BigDecimal.ZERO : right;
    return switch (operator) {
      case ADD -> a.add(b);
      case SUB -> a.subtract(b);
      case MUL, DIV -> a.multiply(b);
    };
  }

  private static BigDecimal decimal(JsonNode value) {
    return value != null && value.isNumber() ? value.decimalValue() : null;
  }

  private static JsonNode number(BigDecimal value) {
    return value == null ? null : CatalogJson.number(value);
  }
}
