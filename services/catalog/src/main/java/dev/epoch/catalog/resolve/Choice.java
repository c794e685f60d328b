package dev.epoch.catalog.resolve;

import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.RelationshipDef;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which instances, and how many copies of each, relationships lead to. */
@FunctionalInterface
public interface Choice {
  /** Copies by id of the instance; nothing that has none. */
  Map<String, Long> of(Instance instance, RelationshipDef relationship);

  /**
   * As long as nothing is solved: what is selected, once or as often as its domain says at least;
   * of what is only available, what is always selected (a domain from 1).
   */
  static Choice unsolved(Resolver resolver) {
    CatalogContent content = resolver.content();
    return (instance, relationship) -> {
      Resolution resolution = resolver.relationship(instance, relationship);
      Map<String, Long> copies = new LinkedHashMap<>();
      for (String id : resolution.ids()) {
        long lower = content.instance(id).map(each -> content.domain(each).lower()).orElse(0L);
        if (resolution.isSelected()) {
          copies.put(id, Math.max(1, lower));
        } else if (lower >= 1) {
          copies.put(id, lower);
        }
      }
      return copies;
    };
  }
}
