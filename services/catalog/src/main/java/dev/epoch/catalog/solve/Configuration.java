package dev.epoch.catalog.solve;

import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.resolve.Choice;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What was solved.
 *
 * @param content that it is about
 * @param copies of each instance that was looked at, 0 for those that are not included
 * @param chosen copies by owner, relationship and target
 * @param status how the search ended
 * @param objective sum of weights and values, null if nothing was found
 * @param bound that no configuration exceeds, null if none is known
 * @param clashing what cannot be had together, if there is no configuration
 * @param notes of the program
 */
record Configuration(
    CatalogContent content,
    SortedMap<String, Long> copies,
    Map<String, Map<String, SortedMap<String, Long>>> chosen,
    Solution.Status status,
    BigDecimal objective,
    BigDecimal bound,
    List<String> clashing,
    List<String> notes) {

  boolean isFound() {
    return status == Solution.Status.OPTIMAL || status == Solution.Status.FEASIBLE;
  }

  Choice choice() {
    return (instance, relationship) ->
        chosen
            .getOrDefault(instance.id(), Map.of())
            .getOrDefault(relationship.name(), java.util.Collections.emptySortedMap());
  }
}
