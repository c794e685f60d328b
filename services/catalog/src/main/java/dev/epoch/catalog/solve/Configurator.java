package dev.epoch.catalog.solve;

import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.solve.ConfigurationProgram.Edge;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds the best configuration of what was expanded. */
final class Configurator {
  private final IntegerSolver solver;

  Configurator(IntegerSolver solver) {
    this.solver = solver;
  }

  /**
   * @param roots what is to be configured, empty for everything
   * @param limit after which the best that was found is the answer
   */
  Configuration solve(Expansion expansion, Set<String> roots, Objective objective, Duration limit) {
    ConfigurationProgram model =
        new ConfigurationProgram(expansion, roots, isChoiceWeighed(expansion, objective));
    ObjectiveTerms terms = new ObjectiveTerms(model, objective);
    List<String> notes = new ArrayList<>();
    objective
        .weights()
        .keySet()
        .forEach(property -> {
          if (!isKnown(model, property)) {
            notes.add("Nothing has a property '" + property + "': its weight has no effect");
          }
        });
    if (terms.isRounded()) {
      notes.add("Weights and values have more digits than the solver takes; they were rounded");
    }
    Solution solution = solver.solve(model.program, limit);
    // each time something held itself up, that is forbidden; there are finitely many such groups
    while (solution.hasValues()) {
      Set<String> unsupported = model.unsupported(solution.values());
      if (unsupported.isEmpty()) {
        break;
      }
      model.requireSupport(unsupported);
      solution = solver.solve(model.program, limit);
    }
    return configuration(model, terms, solution, notes);
  }

  /** Whether a weight is on a derived or a conditional property of anything. */
  private static boolean isChoiceWeighed(Expansion expansion, Objective objective) {
    Set<String> weighed = objective.weights().keySet();
    return expansion.selectors().keySet().stream()
        .map(id -> expansion.content().instance(id).orElseThrow())
        .anyMatch(instance ->
            weighed.stream()
                .anyMatch(property ->
                    instance.properties().get(property) instanceof PropertyValue.Conditional
                        || expansion
                            .content()
                            .classOf(instance)
                            .flatMap(its -> its.derived(property))
                            .isPresent()));
  }

  private static boolean isKnown(ConfigurationProgram model, String property) {
    for (var instance : model.instances()) {
      boolean has =
          instance.properties().containsKey(property)
              || model
                  .content
                  .classOf(instance)
                  .filter(its ->
                      its.property(property).isPresent() || its.derived(property).isPresent())
                  .isPresent();
      if (has) {
        return true;
      }
    }
    return false;
  }

  private static Configuration configuration(
      ConfigurationProgram model, ObjectiveTerms terms, Solution solution, List<String> notes) {
    SortedMap<String, Long> copies = new TreeMap<>();
    Map<String, Map<String, SortedMap<String, Long>>> chosen = new HashMap<>();
    BigDecimal objective = null;
    BigDecimal bound = null;
    if (solution.hasValues()) {
      model.copies.forEach((id, q) -> copies.put(id, solution.values().get(q)));
      for (Edge edge : model.edges) {
        long count = solution.values().get(edge.variable());
        if (count > 0) {
          chosen
              .computeIfAbsent(edge.owner(), _ -> new LinkedHashMap<>())
              .computeIfAbsent(edge.relationship(), _ -> new TreeMap<>())
              .put(edge.target(), count);
        }
      }
      objective = terms.value(solution.values());
      bound =
          solution.status() == Solution.Status.OPTIMAL ? objective : terms.bound(solution.bound());
    }
    List<String> clashing =
        solution.clashing().stream()
            .map(place -> model.program.constraints().get(place).reason())
            .distinct()
            .toList();
    return new Configuration(
        model.content,
        copies,
        chosen,
        solution.status(),
        objective,
        bound,
        clashing,
        List.copyOf(notes));
  }
}
