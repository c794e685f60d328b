package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.InvalidCatalogException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a configuration is to be best in: the sum over all that it includes, times their copies, of
 * properties times their weights, as large as possible. So {@code price=-1} makes it cheap.
 *
 * @param weights by property, stored or derived
 * @param derived properties that the answer has besides
 */
public record Objective(SortedMap<String, BigDecimal> weights, List<String> derived) {
  private static final String DERIVED = "derived_properties";
  private static final String NAMED = "objective";

  public Objective {
    weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
    derived = List.copyOf(derived);
  }

  /** Of parameters in a URL; derived properties are separated by commas. */
  public static Objective of(Map<String, List<String>> parameters) {
    SortedMap<String, BigDecimal> weights = new TreeMap<>();
    List<String> derived = new ArrayList<>();
    parameters.forEach((name, values) -> {
      String value = values.getLast();
      switch (name) {
        case DERIVED ->
            Arrays.stream(value.split(","))
                .map(String::strip)
                .filter(d -> !d.isEmpty())
                .forEach(derived::add);
        case NAMED -> named(weights, value);
        default -> {
          try {
            weights.put(name, new BigDecimal(value.strip()));
          } catch (NumberFormatException notANumber) {
            throw new InvalidCatalogException(
                "The weight of '" + name + "' should be a number: '" + value + "'");
          }
        }
      }
    });
    return new Objective(weights, derived);
  }

  /** Of a body; null is one without weights. */
  public static Objective parse(JsonNode node, java.util.Set<String> others) {
    if (node == null || node.isNull()) {
      return new Objective(new TreeMap<>(), List.of());
    }
    if (!node.isObject()) {
      throw new InvalidCatalogException("A query should be an object of weights by property");
    }
    SortedMap<String, BigDecimal> weights = new TreeMap<>();
    List<String> derived = new ArrayList<>();
    node.fields()
        .forEachRemaining(field -> {
          JsonNode value = field.getValue();
          switch (field.getKey()) {
            case DERIVED ->
                derived.addAll(dev.epoch.catalog.model.JsonFields.texts(value, DERIVED));
            case NAMED -> {
              if (value.isTextual()) {
                named(weights, value.textValue());
              } else {
                value
                    .fields()
                    .forEachRemaining(each -> put(weights, each.getKey(), each.getValue()));
              }
            }
            default -> {
              if (!others.contains(field.getKey())) {
                put(weights, field.getKey(), value);
              }
            }
          }
        });
    return new Objective(weights, derived);
  }

  private static void put(SortedMap<String, BigDecimal> weights, String name, JsonNode value) {
    if (!value.isNumber()) {
      throw new InvalidCatalogException("The weight of '" + name + "' should be a number");
    }
    weights.put(name, value.decimalValue());
  }

  /** {@code minimize_price}, {@code maximize_comfort}. */
  private static void named(SortedMap<String, BigDecimal> weights, String objective) {
    if (objective.startsWith("minimize_")) {
      weights.put(objective.substring("minimize_".length()), BigDecimal.ONE.negate());
    } else if (objective.startsWith("maximize_")) {
      weights.put(objective.substring("maximize_".length()), BigDecimal.ONE);
    } else {
      throw new InvalidCatalogException(
          "objective should be minimize_PROPERTY or maximize_PROPERTY");
    }
  }

  /** The same, where the answer has these derived properties besides. */
  public Objective with(List<String> more) {
    List<String> all = new ArrayList<>(derived);
    more.stream().filter(each -> !all.contains(each)).forEach(all::add);
    return new Objective(weights, all);
  }

  ObjectNode toJson() {
    ObjectNode json = CatalogJson.object();
    weights.forEach((name, weight) -> json.set(name, CatalogJson.number(weight)));
    return json;
  }
}
