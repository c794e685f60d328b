package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.DerivedDef;
import dev.epoch.catalog.model.Expression;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.resolve.Choice;
import dev.epoch.catalog.resolve.Evaluator;
import dev.epoch.catalog.solve.ConfigurationProgram.Edge;
import dev.epoch.catalog.solve.IntegerProgram.Term;
import dev.epoch.catalog.store.CatalogException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Weights as linear terms of a program.
 *
 * <pre>
 *   a value             weight value q(i)
 *   a conditional one   one case variable for each rule and for the default: exactly one of an
 *                       included instance is 1, the first whose relationships are all there
 *   a derived one       sums, counts, sums and differences, products with constants; once for each
 *                       included instance
 * </pre>
 */
final class ObjectiveTerms {
  /** So that sums stay exact in the solver. */
  private static final BigDecimal LARGEST = new BigDecimal("1e15");

  private final ConfigurationProgram model;
  private final Evaluator plain;
  private final Map<Integer, BigDecimal> terms = new TreeMap<>();
  private final Map<String, List<Case>> cases = new HashMap<>();
  private final Map<String, Integer> presence = new HashMap<>();
  private BigDecimal factor = BigDecimal.ONE;
  private boolean isRounded;

  /** A value that an included instance may have, and the variable that says so. */
  private record Case(int variable, JsonNode value) {}

  /** Terms, of which the constant counts if the instance is included. */
  private record Linear(Map<Integer, BigDecimal> terms, BigDecimal constant) {
    static Linear of(BigDecimal constant) {
      return new Linear(Map.of(), constant);
    }

    Linear plus(Linear other, int sign) {
      Map<Integer, BigDecimal> all = new HashMap<>(terms);
      BigDecimal by = BigDecimal.valueOf(sign);
      other.terms.forEach(
          (variable, each) -> all.merge(variable, each.multiply(by), BigDecimal::add));
      return new Linear(all, constant.add(other.constant.multiply(by)));
    }

    Linear times(BigDecimal by) {
      Map<Integer, BigDecimal> all = new HashMap<>();
      terms.forEach((variable, each) -> all.put(variable, each.multiply(by)));
      return new Linear(all, constant.multiply(by));
    }
  }

  ObjectiveTerms(ConfigurationProgram model, Objective objective) {
    this.model = model;
    this.plain = new Evaluator(model.content, (Choice) (_, _) -> Map.of());
    objective
        .weights()
        .forEach((property, weight) -> {
          if (weight.signum() != 0) {
            model.instances().forEach(instance -> weigh(instance, property, weight));
          }
        });
    maximize();
  }

  /** Whether numbers had to be shortened for the solver. */
  boolean isRounded() {
    return isRounded;
  }

  /** Sum of weights and values that these values of the variables have. */
  BigDecimal value(List<Long> values) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Map.Entry<Integer, BigDecimal> term : terms.entrySet()) {
      sum = sum.add(term.getValue().multiply(BigDecimal.valueOf(values.get(term.getKey()))));
    }
    return sum;
  }

  /** A bound of the program as one of the sum. */
  BigDecimal bound(long ofProgram) {
    BigInteger copiesAtMost = tieBreak().subtract(BigInteger.ONE);
    BigInteger[] whole =
        BigInteger.valueOf(ofProgram).add(copiesAtMost).divideAndRemainder(tieBreak());
    BigInteger floor = whole[1].signum() < 0 ? whole[0].subtract(BigInteger.ONE) : whole[0];
    return new BigDecimal(floor).divide(factor, 12, RoundingMode.CEILING).stripTrailingZeros();
  }

  private void weigh(Instance instance, String property, BigDecimal weight) {
    int q = model.copies.get(instance.id());
    PropertyValue said = instance.properties().get(property);
    switch (said) {
      case PropertyValue.Literal(JsonNode value, _) -> add(q, weight, value);
      case PropertyValue.Conditional conditional -> {
        for (Case each : cases(instance, property, conditional)) {
          add(perCopy(instance, each.variable()), weight, each.value());
        }
      }
      case null -> {
        Optional<ClassDef> its = model.content.classOf(instance);
        Optional<DerivedDef> derived = its.flatMap(found -> found.derived(property));
        if (derived.isPresent()) {
          Linear linear =
              linear(derived.get().expression(its.get().relationships()), instance, property);
          linear
              .terms()
              .forEach((variable, each) ->
                  terms.merge(variable, each.multiply(weight), BigDecimal::add));
          terms.merge(
              model.included.get(instance.id()),
              linear.constant().multiply(weight),
              BigDecimal::add);
        }
      }
    }
  }

  private void add(int variable, BigDecimal weight, JsonNode value) {
    if (value != null && value.isNumber() && value.decimalValue().signum() != 0) {
      terms.merge(variable, weight.multiply(value.decimalValue()), BigDecimal::add);
    }
  }

  private List<Case> cases(
      Instance instance, String property, PropertyValue.Conditional conditional) {
    return cases.computeIfAbsent(
        instance.id() + "\n" + property, _ -> addCases(instance, property, conditional));
  }

  private List<Case> addCases(
      Instance instance, String property, PropertyValue.Conditional conditional) {
    IntegerProgram program = model.program;
    int p = model.included.get(instance.id());
    List<Case> all = new ArrayList<>();
    List<Term> exactlyOne = new ArrayList<>();
    for (PropertyValue.Rule rule : conditional.rules()) {
      int holds = program.variable(instance.id() + "." + property + " case " + all.size(), 0, 1);
      // holds >= sum of what is there - (how many are asked for - 1) - what held before
      List<Term> atLeast = new ArrayList<>();
      atLeast.add(new Term(holds, 1));
      all.forEach(before -> atLeast.add(new Term(before.variable(), 1)));
      List<String> asked = rule.all().stream().distinct().toList();
      for (String relationship : asked) {
        int present = presence(instance, relationship);
        program.constrain(
            List.of(new Term(holds, 1), new Term(present, -1)), Long.MIN_VALUE, 0, null);
        atLeast.add(new Term(present, -1));
      }
      if (asked.isEmpty()) {
        atLeast.add(new Term(p, -1));
        program.constrain(atLeast, 0, Long.MAX_VALUE, null);
      } else {
        program.constrain(atLeast, 1L - asked.size(), Long.MAX_VALUE, null);
      }
      all.add(new Case(holds, rule.then()));
      exactlyOne.add(new Term(holds, 1));
    }
    int otherwise = program.variable(instance.id() + "." + property + " default", 0, 1);
    all.add(new Case(otherwise, conditional.otherwise()));
    exactlyOne.add(new Term(otherwise, 1));
    exactlyOne.add(new Term(p, -1));
    program.constrain(exactlyOne, 0, 0, null);
    return all;
  }

  /** 1 if and only if the relationship leads anywhere. */
  private int presence(Instance instance, String relationship) {
    String name =
        model
            .content
            .classOf(instance)
            .flatMap(its -> its.relationship(relationship))
            .map(definition -> definition.name())
            .orElse(relationship);
    return presence.computeIfAbsent(
        instance.id() + "\n" + name,
        _ -> {
          IntegerProgram program = model.program;
          int present = program.variable(instance.id() + "." + name + " is there", 0, 1);
          List<Term> atMost = new ArrayList<>();
          atMost.add(new Term(present, 1));
          for (Edge edge : model.edges(instance.id(), name)) {
            atMost.add(new Term(edge.variable(), -1));
            program.constrain(
                List.of(
                    new Term(edge.variable(), 1),
                    new Term(present, -Math.max(1, model.domain(edge.target()).upper()))),
                Long.MIN_VALUE,
                0,
                null);
          }
          program.constrain(atMost, Long.MIN_VALUE, 0, null);
          return present;
        });
  }

  /** The copies of an instance where the variable is 1, else 0. */
  private int perCopy(Instance instance, int holds) {
    long upper = model.domain(instance.id()).upper();
    if (upper <= 1) {
      return holds;
    }
    IntegerProgram program = model.program;
    int q = model.copies.get(instance.id());
    int product = program.variable("copies of " + instance.id(), 0, upper);
    program.constrain(
        List.of(new Term(product, 1), new Term(holds, -upper)), Long.MIN_VALUE, 0, null);
    program.constrain(List.of(new Term(product, 1), new Term(q, -1)), Long.MIN_VALUE, 0, null);
    program.constrain(
        List.of(new Term(product, 1), new Term(q, -1), new Term(holds, -upper)),
        -upper,
        Long.MAX_VALUE,
        null);
    return product;
  }

  private Linear linear(Expression expression, Instance instance, String derived) {
    return switch (expression) {
      case Expression.Literal(JsonNode value) when value.isNumber() ->
          Linear.of(value.decimalValue());
      case Expression.Property(String property) -> own(instance, property);
      case Expression.Sum(var over, var property, var where) ->
          over(instance, over, property, where, derived);
      case Expression.Count(var over, var where) -> over(instance, over, null, where, derived);
      case Expression.Arithmetic(var operator, var left, var right) -> {
        Linear a = linear(left, instance, derived);
        Linear b = linear(right, instance, derived);
        yield switch (operator) {
          case ADD -> a.plus(b, 1);
          case SUB -> a.plus(b, -1);
          case MUL -> {
            if (a.terms().isEmpty()) {
              yield b.times(a.constant());
            }
            if (b.terms().isEmpty()) {
              yield a.times(b.constant());
            }
            throw notLinear(instance, derived);
          }
          case DIV -> {
            if (!b.terms().isEmpty() || b.constant().signum() == 0) {
              throw notLinear(instance, derived);
            }
            yield a.times(BigDecimal.ONE.divide(b.constant(), java.math.MathContext.DECIMAL64));
          }
        };
      }
      default -> throw notLinear(instance, derived);
    };
  }

  private Linear own(Instance instance, String property) {
    return switch (instance.properties().get(property)) {
      case null -> Linear.of(BigDecimal.ZERO);
      case PropertyValue.Literal(JsonNode value, _) ->
          Linear.of(value.isNumber() ? value.decimalValue() : BigDecimal.ZERO);
      case PropertyValue.Conditional conditional -> {
        Map<Integer, BigDecimal> all = new HashMap<>();
        for (Case each : cases(instance, property, conditional)) {
          if (each.value() != null && each.value().isNumber()) {
            all.merge(each.variable(), each.value().decimalValue(), BigDecimal::add);
          }
        }
        yield new Linear(all, BigDecimal.ZERO);
      }
    };
  }

  /** The sum over what a relationship chooses; of 1 for each where no property is given. */
  private Linear over(
      Instance instance, String over, String property, Expression where, String derived) {
    String name =
        model
            .content
            .classOf(instance)
            .flatMap(its -> its.relationship(over))
            .map(definition -> definition.name())
            .orElse(over);
    boolean looksBehind = where != null && where.relationships().findAny().isPresent();
    Map<Integer, BigDecimal> all = new HashMap<>();
    for (Edge edge : model.edges(instance.id(), name)) {
      Instance target = model.content.instance(edge.target()).orElseThrow();
      boolean isConditional =
          (property != null && isConditional(target, property))
              || (where != null
                  && where.properties().anyMatch(each -> isConditional(target, each)));
      if (isConditional || looksBehind) {
        throw notLinear(instance, derived);
      }
      if (where == null || plain.holds(where, target)) {
        JsonNode value = property == null ? null : plain.value(target, property);
        BigDecimal number =
            property == null
                ? BigDecimal.ONE
                : value != null && value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
        all.merge(edge.variable(), number, BigDecimal::add);
      }
    }
    return new Linear(all, BigDecimal.ZERO);
  }

  private static boolean isConditional(Instance instance, String property) {
    return instance.properties().get(property) instanceof PropertyValue.Conditional;
  }

  private static CatalogException notLinear(Instance instance, String derived) {
    return new CatalogException(
        400,
        "Derived property '"
            + derived
            + "' of instance '"
            + instance.id()
            + "' cannot be weighed: it is not linear in what is chosen",
        "Weigh what it is made of, or ask for it in derived_properties");
  }

  private BigInteger tieBreak() {
    BigInteger copies = BigInteger.ONE;
    for (String id : model.copies.keySet()) {
      copies = copies.add(BigInteger.valueOf(model.domain(id).upper()));
    }
    return copies;
  }

  /** Of configurations that are equally good, one with the fewest copies. */
  private void maximize() {
    terms.values().removeIf(each -> each.signum() == 0);
    int scale = 0;
    BigDecimal largest = BigDecimal.ONE;
    List<IntegerProgram.Variable> variables = model.program.variables();
    for (Map.Entry<Integer, BigDecimal> term : terms.entrySet()) {
      scale = Math.max(scale, term.getValue().stripTrailingZeros().scale());
      largest =
          largest.add(
              term.getValue()
                  .abs()
                  .multiply(BigDecimal.valueOf(variables.get(term.getKey()).upper())));
    }
    BigDecimal tie = new BigDecimal(tieBreak());
    BigDecimal room = LARGEST.divide(largest.multiply(tie), 20, RoundingMode.DOWN);
    factor = BigDecimal.ONE.scaleByPowerOfTen(scale);
    while (factor.compareTo(room) > 0 && factor.compareTo(BigDecimal.ONE.movePointLeft(12)) > 0) {
      factor = factor.movePointLeft(1);
      isRounded = true;
    }
    Map<Integer, Long> whole = new TreeMap<>();
    terms.forEach((variable, each) ->
        whole.merge(
            variable,
            each.multiply(factor)
                .setScale(0, RoundingMode.HALF_EVEN)
                .multiply(tie)
                .longValueExact(),
            Long::sum));
    model.copies.values().forEach(q -> whole.merge(q, -1L, Long::sum));
    List<Term> all = new ArrayList<>();
    whole.forEach((variable, coefficient) -> {
      if (coefficient != 0) {
        all.add(new Term(variable, coefficient));
      }
    });
    model.program.maximize(all);
  }
}
