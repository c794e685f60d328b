package dev.epoch.catalog.resolve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.RelationshipDef;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Instances as answers show them: properties evaluated, relationships resolved, and so many levels
 * of the instances behind them.
 */
public final class ResolvedView {
  private static final int MOST_NESTED = 10_000;

  private final Resolver resolver;
  private final Evaluator evaluator;
  private final String branchId;
  private int nested;

  /**
   * @param branchId that answers name
   */
  public ResolvedView(Resolver resolver, String branchId) {
    this.resolver = resolver;
    this.evaluator = new Evaluator(resolver.content(), Choice.unsolved(resolver));
    this.branchId = branchId;
  }

  /**
   * One instance.
   *
   * @param expand names of the relationships to show, empty for all
   * @param depth levels of instances behind them
   */
  public ObjectNode of(Instance instance, Set<String> expand, int depth) {
    requireKnown(instance, expand);
    return view(instance, expand, depth);
  }

  private ObjectNode view(Instance instance, Set<String> expand, int depth) {
    ObjectNode json = instance.toJson(branchId);
    json.set("properties", evaluator.values(instance));
    resolver
        .content()
        .classOf(instance)
        .ifPresent(_ -> json.set("domain", resolver.content().domain(instance).toJson()));
    ObjectNode relationships = json.putObject("relationships");
    long begun = System.nanoTime();
    for (Resolution each : resolver.relationships(instance).values()) {
      if (!expand.isEmpty() && !expand.contains(each.relationship())) {
        continue;
      }
      long ended = System.nanoTime();
      ObjectNode resolved = each.toJson((ended - begun) / 1_000);
      begun = ended;
      if (depth > 0) {
        ArrayNode behind = resolved.putArray("instances");
        for (String id : each.ids()) {
          if (++nested > MOST_NESTED) {
            throw new InvalidCatalogException(
                "More than "
                    + MOST_NESTED
                    + " instances are behind these relationships; ask for fewer with expand, or"
                    + " for less depth");
          }
          resolver
              .content()
              .instance(id)
              .ifPresent(found -> behind.add(view(found, Set.of(), depth - 1)));
        }
      }
      relationships.set(each.relationship(), resolved);
    }
    return json;
  }

  private void requireKnown(Instance instance, Set<String> expand) {
    Set<String> known =
        resolver.content().classOf(instance).map(ClassDef::relationships).orElse(List.of()).stream()
            .map(RelationshipDef::name)
            .collect(Collectors.toSet());
    for (String each : expand) {
      if (!known.contains(each) && !instance.relationships().containsKey(each)) {
        throw new InvalidCatalogException(
            "Instance '" + instance.id() + "' has no relationship '" + each + "'");
      }
    }
  }

  /** Derived properties. */
  public ObjectNode derived(Instance instance) {
    return evaluator.derived(instance);
  }
}
