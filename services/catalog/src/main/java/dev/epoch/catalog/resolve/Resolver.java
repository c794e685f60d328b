package dev.epoch.catalog.resolve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Comparison;
import dev.epoch.catalog.model.Filter;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.Pool;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.model.RelationshipDef;
import dev.epoch.catalog.model.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Resolves relationships in one state of a catalog.
 *
 * <pre>
 *   the instance says   ids, or a filter   these are selected
 *                       a pool             these are available; a selection in it is selected
 *                       nothing            the default pool of the class is available
 * </pre>
 *
 * Pools that several instances share are looked up once.
 */
public final class Resolver {
  private final CatalogContent content;
  private final Map<Lookup, Found> lookups = new ConcurrentHashMap<>();

  private record Lookup(Filter filter, List<String> targets) {}

  private record Found(List<String> ids, int poolSize) {}

  public Resolver(CatalogContent content) {
    this.content = content;
  }

  public CatalogContent content() {
    return content;
  }

  /** All relationships of an instance, in the order of its class; those of no class come last. */
  public Map<String, Resolution> relationships(Instance instance) {
    Map<String, Resolution> all = new LinkedHashMap<>();
    Optional<ClassDef> of = content.classOf(instance);
    of.ifPresent(its ->
        its.relationships().forEach(each -> all.put(each.name(), relationship(instance, each))));
    instance
        .relationships()
        .forEach((name, selection) -> {
          boolean isKnown = of.flatMap(its -> its.relationship(name)).isPresent();
          if (!isKnown) {
            all.put(name, selected(name, List.of(), selection));
          }
        });
    return all;
  }

  /** One relationship of an instance. */
  public Resolution relationship(Instance instance, RelationshipDef definition) {
    Selection own = said(instance, definition);
    if (own != null) {
      return selected(definition.name(), definition.targets(), own);
    }
    return switch (definition.defaultPool()) {
      case Pool.None none ->
          new Resolution(
              definition.name(),
              none.toJson(),
              List.of(),
              false,
              "schema_default_pool",
              "default_pool_none",
              null,
              0,
              List.of("Nothing is available by default"));
      case Pool.All all -> {
        Found found = find(null, definition.targets());
        yield new Resolution(
            definition.name(),
            all.toJson(),
            found.ids(),
            false,
            "schema_default_pool",
            "default_pool_all",
            null,
            found.poolSize(),
            List.of());
      }
      case Pool.Filtered filtered -> {
        Found found = find(filtered.filter(), definition.targets());
        yield new Resolution(
            definition.name(),
            filtered.toJson(),
            found.ids(),
            false,
            "schema_default_pool",
            "default_pool_filter",
            "Pool filter: " + filtered.filter().description(),
            found.poolSize(),
            List.of());
      }
    };
  }

  /** What the instance itself says about a relationship, null if nothing. */
  public static Selection said(Instance instance, RelationshipDef definition) {
    Selection byName = instance.relationships().get(definition.name());
    return byName != null ? byName : instance.relationships().get(definition.id());
  }

  private Resolution selected(String name, List<String> targets, Selection selection) {
    return switch (selection) {
      case Selection.Ids ids -> ids(name, ids);
      case Selection.Filtered(Filter filter, _) -> {
        Found found = find(filter, targets);
        yield new Resolution(
            name,
            selection.toJson(),
            found.ids(),
            true,
            "instance",
            "dynamic_selector",
            "Selector filter: " + filter.description(),
            found.poolSize(),
            List.of());
      }
      case Selection.All _ -> available(name, targets, selection, Pool.ALL);
      case Selection.None _ ->
          new Resolution(
              name,
              selection.toJson(),
              List.of(),
              true,
              "instance",
              "none",
              null,
              0,
              List.of("Nothing is to be selected"));
      case Selection.Pooled(Pool pool, Selection within) -> {
        Resolution available = available(name, targets, selection, pool);
        yield within == null ? available : narrowed(available, targets, within);
      }
    };
  }

  private Resolution ids(String name, Selection.Ids selection) {
    List<String> present = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (String id : selection.ids()) {
      if (content.instance(id).isPresent()) {
        present.add(id);
      } else {
        notes.add("Instance '" + id + "' does not exist");
      }
    }
    return new Resolution(
        name,
        selection.toJson(),
        List.copyOf(present),
        true,
        "instance",
        "explicit_ids",
        null,
        selection.ids().size(),
        notes);
  }

  private Resolution available(String name, List<String> targets, Selection selection, Pool pool) {
    Filter filter = pool instanceof Pool.Filtered(Filter given) ? given : null;
    Found found = pool instanceof Pool.None ? new Found(List.of(), 0) : find(filter, targets);
    return new Resolution(
        name,
        selection.toJson(),
        found.ids(),
        false,
        "instance",
        filter == null ? "pool" : "pool_filter",
        filter == null ? null : "Pool filter: " + filter.description(),
        found.poolSize(),
        List.of());
  }

  private Resolution narrowed(Resolution pool, List<String> targets, Selection within) {
    Resolution inner = selected(pool.relationship(), targets, within);
    List<String> ids = inner.ids().stream().filter(pool.ids()::contains).toList();
    List<String> notes = new ArrayList<>(inner.notes());
    inner.ids().stream()
        .filter(id -> !ids.contains(id))
        .forEach(id -> notes.add("Instance '" + id + "' is not in the pool"));
    return new Resolution(
        pool.relationship(),
        pool.original(),
        ids,
        inner.isSelected(),
        pool.source(),
        "pool_selection",
        pool.filterDescription(),
        pool.poolSize(),
        notes);
  }

  private Found find(Filter filter, List<String> targets) {
    return lookups.computeIfAbsent(
        new Lookup(filter, targets), lookup -> look(lookup.filter(), lookup.targets()));
  }

  private Found look(Filter filter, List<String> targets) {
    List<String> types = filter == null || filter.types().isEmpty() ? targets : filter.types();
    List<Instance> pool = content.instancesOf(types);
    if (filter == null) {
      return new Found(pool.stream().map(Instance::id).toList(), pool.size());
    }
    List<Instance> found =
        new ArrayList<>(
            pool.stream()
                .filter(each ->
                    filter.where() == null
                        || filter.where().holds(property -> declaredValue(each, property)))
                .toList());
    if (!filter.sort().isEmpty()) {
      found.sort(order(filter));
    }
    long limit = filter.limit() == null ? Long.MAX_VALUE : filter.limit();
    return new Found(found.stream().limit(limit).map(Instance::id).toList(), pool.size());
  }

  private Comparator<Instance> order(Filter filter) {
    Comparator<Instance> order = (_, _) -> 0;
    for (Filter.Sort sort : filter.sort()) {
      order =
          order.thenComparing((a, b) -> {
            JsonNode left = declaredValue(a, sort.property());
            JsonNode right = declaredValue(b, sort.property());
            // what has no value comes last, whichever way the others go
            if (left == null || right == null) {
              return left == right ? 0 : left == null ? 1 : -1;
            }
            Integer by = Comparison.order(left, right);
            return by == null ? 0 : sort.descending() ? -by : by;
          });
    }
    return order.thenComparing(Instance::id);
  }

  /**
   * The value of a property, null if there is none. A conditional one goes by what the instance
   * itself says about relationships, so that pools do not go round in circles.
   */
  public static JsonNode declaredValue(Instance instance, String property) {
    return switch (instance.properties().get(property)) {
      case null -> null;
      case PropertyValue.Literal(JsonNode value, _) -> value;
      case PropertyValue.Conditional conditional ->
          conditional.value(relationship -> isDeclared(instance.relationships().get(relationship)));
    };
  }

  private static boolean isDeclared(Selection selection) {
    return switch (selection) {
      case null -> false;
      case Selection.None _ -> false;
      case Selection.Ids(List<String> ids, _) -> !ids.isEmpty();
      case Selection.Filtered _, Selection.Pooled _, Selection.All _ -> true;
    };
  }
}
