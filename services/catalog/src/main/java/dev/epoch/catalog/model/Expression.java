package dev.epoch.catalog.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a derived property is computed by. */
public sealed interface Expression {
  /** Of two numbers. */
  enum Operator {
    ADD,
    SUB,
    MUL,
    DIV;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  record Literal(JsonNode value) implements Expression {}

  /** A property of the instance itself. */
  record Property(String property) implements Expression {}

  /** A property of the one instance that a relationship leads to; of several, the sum. */
  record Related(String relationship, String property) implements Expression {}

  record Arithmetic(Operator operator, Expression left, Expression right) implements Expression {}

  /** Of all that a relationship leads to. */
  record Sum(String over, String property, Expression where) implements Expression {}

  record Count(String over, Expression where) implements Expression {}

  record Condition(Expression condition, Expression then, Expression otherwise)
      implements Expression {}

  record Compare(Comparison comparison, Expression left, Expression right) implements Expression {}

  record Both(Expression left, Expression right) implements Expression {}

  record Either(Expression left, Expression right) implements Expression {}

  record Not(Expression inner) implements Expression {}

  static Expression number(BigDecimal value) {
    return new Literal(CatalogJson.number(value));
  }

  /** Written with {@code type}, or with the type as the name of the only field. */
  static Expression parse(JsonNode node, String where) {
    if (node == null || node.isNull()) {
      throw new InvalidCatalogException(where + " is missing");
    }
    if (node.isNumber()) {
      return new Literal(node);
    }
    JsonFields outer = new JsonFields(node, where);
    boolean isFlat = outer.has("type");
    JsonFields.Tagged tagged =
        isFlat
            ? new JsonFields.Tagged(JsonFields.tag(outer.requiredText("type")), node)
            : JsonFields.tagged(node, where);
    String tag = tagged.tag();
    String at = where + "." + tag;
    if (tag.startsWith("lit")) {
      return literal(tagged.value(), at);
    }
    JsonFields fields = new JsonFields(tagged.value(), at);
    return switch (tag) {
      case "prop" -> new Property(fields.allow(Set.of("type", "prop")).requiredText("prop"));
      case "rel_prop" -> {
        fields.allow(Set.of("type", "rel", "prop"));
        yield new Related(fields.requiredText("rel"), fields.requiredText("prop"));
      }
      case "sum" -> {
        fields.allow(Set.of("type", "over", "prop", "where"));
        yield new Sum(
            fields.requiredText("over"), fields.requiredText("prop"), optional(fields, "where"));
      }
      case "count" -> {
        fields.allow(Set.of("type", "over", "where"));
        yield new Count(fields.requiredText("over"), optional(fields, "where"));
      }
      case "if" -> {
        fields.allow(Set.of("type", "condition", "then", "else"));
        yield new Condition(
            parse(fields.first("condition"), at + ".condition"),
            parse(fields.first("then"), at + ".then"),
            parse(fields.first("else"), at + ".else"));
      }
      case "not" -> new Not(parse(fields.first("inner", "expr", "operand"), at + ".inner"));
      default -> {
        fields.allow(Set.of("type", "left", "right"));
        yield binary(
            tag,
            parse(fields.first("left"), at + ".left"),
            parse(fields.first("right"), at + ".right"),
            where);
      }
    };
  }

  private static Expression literal(JsonNode value, String where) {
    JsonNode literal = value != null && value.isObject() ? value.get("value") : value;
    if (literal == null || literal.isContainerNode() || literal.isNull()) {
      throw new InvalidCatalogException(where + ".value is missing");
    }
    return new Literal(literal);
  }

  private static Expression optional(JsonFields fields, String name) {
    JsonNode found = fields.first(name);
    return found == null ? null : parse(found, fields.where() + "." + name);
  }

  private static Expression binary(String tag, Expression left, Expression right, String where) {
    Optional<Comparison> comparison = Comparison.of(tag);
    if (comparison.isPresent()) {
      return new Compare(comparison.get(), left, right);
    }
    return switch (tag) {
      case "add" -> new Arithmetic(Operator.ADD, left, right);
      case "sub" -> new Arithmetic(Operator.SUB, left, right);
      case "mul" -> new Arithmetic(Operator.MUL, left, right);
      case "div" -> new Arithmetic(Operator.DIV, left, right);
      case "and" -> new Both(left, right);
      case "or" -> new Either(left, right);
      default ->
          throw new InvalidCatalogException(
              where
                  + ": there is no expression '"
                  + tag
                  + "'; there are prop, rel_prop, lit_number, lit_string, lit_bool, add, sub, mul,"
                  + " div, sum, count, if, eq, ne, lt, lte, gt, gte, and, or and not");
    };
  }

  default ObjectNode toJson() {
    return switch (this) {
      case Literal(var value) -> {
        String type =
            value.isNumber() ? "lit_number" : value.isBoolean() ? "lit_bool" : "lit_string";
        ObjectNode json = typed(type);
        json.set("value", value);
        yield json;
      }
      case Property(var property) -> typed("prop").put("prop", property);
      case Related(var relationship, var property) ->
          typed("rel_prop").put("rel", relationship).put("prop", property);
      case Arithmetic(var operator, var left, var right) -> pair(operator.wireName(), left, right);
      case Sum(var over, var property, var where) ->
          filtered(typed("sum").put("over", over).put("prop", property), where);
      case Count(var over, var where) -> filtered(typed("count").put("over", over), where);
      case Condition(var condition, var then, var otherwise) -> {
        ObjectNode json = typed("if");
        json.set("condition", condition.toJson());
        json.set("then", then.toJson());
        json.set("else", otherwise.toJson());
        yield json;
      }
      case Compare(var comparison, var left, var right) -> pair(comparison.wireName(), left, right);
      case Both(var left, var right) -> pair("and", left, right);
      case Either(var left, var right) -> pair("or", left, right);
      case Not(var inner) -> {
        ObjectNode json = typed("not");
        json.set("inner", inner.toJson());
        yield json;
      }
    };
  }

  private static ObjectNode typed(String type) {
    return CatalogJson.object().put("type", type);
  }

  private static ObjectNode pair(String type, Expression left, Expression right) {
    ObjectNode json = typed(type);
    json.set("left", left.toJson());
    json.set("right", right.toJson());
    return json;
  }

  private static ObjectNode filtered(ObjectNode json, Expression where) {
    if (where != null) {
      json.set("where", where.toJson());
    }
    return json;
  }

  /** The properties of the instance itself that it needs. */
  default Stream<String> properties() {
    return switch (this) {
      case Literal _, Related _, Sum _, Count _ -> Stream.empty();
      case Property(var property) -> Stream.of(property);
      case Arithmetic(_, var left, var right) ->
          Stream.concat(left.properties(), right.properties());
      case Condition(var condition, var then, var otherwise) ->
          Stream.of(condition, then, otherwise).flatMap(Expression::properties);
      case Compare(_, var left, var right) -> Stream.concat(left.properties(), right.properties());
      case Both(var left, var right) -> Stream.concat(left.properties(), right.properties());
      case Either(var left, var right) -> Stream.concat(left.properties(), right.properties());
      case Not(var inner) -> inner.properties();
    };
  }

  /** The relationships of the instance that it looks at. */
  default Stream<String> relationships() {
    return switch (this) {
      case Literal _, Property _ -> Stream.empty();
      case Related(var relationship, _) -> Stream.of(relationship);
      case Sum(var over, _, _) -> Stream.of(over);
      case Count(var over, _) -> Stream.of(over);
      case Arithmetic(_, var left, var right) ->
          Stream.concat(left.relationships(), right.relationships());
      case Condition(var condition, var then, var otherwise) ->
          Stream.of(condition, then, otherwise).flatMap(Expression::relationships);
      case Compare(_, var left, var right) ->
          Stream.concat(left.relationships(), right.relationships());
      case Both(var left, var right) -> Stream.concat(left.relationships(), right.relationships());
      case Either(var left, var right) ->
          Stream.concat(left.relationships(), right.relationships());
      case Not(var inner) -> inner.relationships();
    };
  }
}
