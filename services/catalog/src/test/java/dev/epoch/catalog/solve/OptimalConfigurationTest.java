package dev.epoch.catalog.solve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.model.Audit;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random small catalogs (a product of parts, each of which takes extras) solved twice: by the
 * solver, and by trying everything that the rules allow.
 */
class OptimalConfigurationTest {
  private static final int CATALOGS = 2_000;
  private static final Audit AUDIT = Audit.created("tests", Instant.EPOCH);

  private record Rule(String json, int least, int most, boolean isAll) {}

  private record Thing(String id, int lower, int upper, int value) {}

  private record Catalog(Rule parts, Rule extras, List<Thing> ofParts, List<Thing> ofExtras) {}

  @Test
  void nothingIsBetterThanWhatIsFound() {
    Configurator configurator = new Configurator(new CpSatSolver());
    int solvable = 0;
    for (int seed = 0; seed < CATALOGS; seed++) {
      // given
      Catalog catalog = random(new Random(seed));
      Expansion expansion =
          new Expansion(content(catalog), Policies.DEFAULT, _ -> Optional.empty())
              .from(List.of("product"));

      // when
      Configuration found =
          configurator.solve(
              expansion,
              Set.of("product"),
              Objective.of(Map.of("value", List.of("1"))),
              Duration.ofSeconds(10));

      // then
      Integer best = best(catalog);
      if (best == null) {
        assertThat(found.status())
            .as("%d: %s", seed, catalog)
            .isEqualTo(Solution.Status.INFEASIBLE);
        assertThat(found.clashing()).as("%d: %s", seed, catalog).isNotEmpty();
      } else {
        solvable++;
        assertThat(found.status()).as("%d: %s", seed, catalog).isEqualTo(Solution.Status.OPTIMAL);
        assertThat(found.objective())
            .as("%d: %s", seed, catalog)
            .isEqualByComparingTo(BigDecimal.valueOf(best));
      }
    }
    assertThat(solvable).isBetween(CATALOGS / 4, CATALOGS - CATALOGS / 20);
  }

  private static Catalog random(Random random) {
    return new Catalog(
        rule(random), rule(random), things(random, "part", 3), things(random, "extra", 2));
  }

  private static Rule rule(Random random) {
    int n = random.nextInt(4);
    int more = n + random.nextInt(3);
    int free = Integer.MAX_VALUE;
    return switch (random.nextInt(7)) {
      case 0 -> new Rule("{\"Exactly\": " + n + "}", n, n, false);
      case 1 -> new Rule("{\"AtLeast\": " + n + "}", n, free, false);
      case 2 -> new Rule("{\"AtMost\": " + n + "}", 0, n, false);
      case 3 -> new Rule("{\"Range\": [" + n + ", " + more + "]}", n, more, false);
      case 4 -> new Rule("\"Optional\"", 0, 1, false);
      case 5 -> new Rule("\"All\"", 0, free, true);
      default -> new Rule("\"Any\"", 0, free, false);
    };
  }

  private static List<Thing> things(Random random, String name, int most) {
    List<Thing> things = new ArrayList<>();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      int upper = random.nextInt(3);
      int lower = random.nextInt(upper + 1);
      things.add(new Thing(name + i, lower, upper, random.nextInt(19) - 9));
    }
    return things;
  }

  private static CatalogContent content(Catalog catalog) {
    List<ClassDef> classes =
        List.of(
            of("Product", relationship("parts", "class-part", catalog.parts())),
            of("Part", relationship("extras", "class-extra", catalog.extras())),
            of("Extra", ""));
    List<Instance> instances = new ArrayList<>();
    instances.add(instance("class-product", new Thing("product", 1, 1, 0)));
    catalog.ofParts().forEach(each -> instances.add(instance("class-part", each)));
    catalog.ofExtras().forEach(each -> instances.add(instance("class-extra", each)));
    return CatalogContent.of(classes, instances);
  }

  private static ClassDef of(String name, String relationships) {
    JsonNode json =
        CatalogJson.read(
            """
            {"name": "%s", "properties": [{"name": "value", "data_type": "Number"}],
             "relationships": [%s]}
            """
                .formatted(name, relationships));
    return ClassDef.create(json, AUDIT);
  }

  private static String relationship(String name, String target, Rule rule) {
    return """
    {"name": "%s", "targets": ["%s"], "quantifier": %s, "default_pool": "All"}
    """
        .formatted(name, target, rule.json());
  }

  private static Instance instance(String of, Thing thing) {
    JsonNode json =
        CatalogJson.read(
            """
            {"class": "%s", "domain": {"lower": %d, "upper": %d},
             "properties": {"value": {"value": %d, "type": "Number"}}}
            """
                .formatted(of, thing.lower(), thing.upper(), thing.value()));
    return Instance.create(json, thing.id(), thing.id(), AUDIT);
  }

  /** Every number of copies of every thing; null if none is allowed. */
  private static Integer best(Catalog catalog) {
    List<Thing> all = new ArrayList<>(catalog.ofParts());
    all.addAll(catalog.ofExtras());
    return best(catalog, all, new int[all.size()], 0);
  }

  private static Integer best(Catalog catalog, List<Thing> all, int[] copies, int next) {
    if (next == all.size()) {
      if (!isAllowed(catalog, copies)) {
        return null;
      }
      int sum = 0;
      for (int i = 0; i < copies.length; i++) {
        sum += copies[i] * all.get(i).value();
      }
      return sum;
    }
    Integer best = null;
    for (int count = 0; count <= all.get(next).upper(); count++) {
      if (count == 0 || count >= all.get(next).lower()) {
        copies[next] = count;
        Integer found = best(catalog, all, copies, next + 1);
        best = best == null || (found != null && found > best) ? found : best;
      }
    }
    return best;
  }

  private static boolean isAllowed(Catalog catalog, int[] copies) {
    int parts = catalog.ofParts().size();
    int extras = catalog.ofExtras().size();
    // only the product leads to parts: it chooses all copies that there are
    int sum = 0;
    int owners = 0;
    for (int i = 0; i < parts; i++) {
      sum += copies[i];
      owners += copies[i] > 0 ? 1 : 0;
    }
    if (sum < catalog.parts().least()
        || sum > catalog.parts().most()
        || (catalog.parts().isAll() && owners < parts)) {
      return false;
    }
    return choose(catalog.extras(), copies, parts, new int[extras], owners);
  }

  /** Whether each of the owners that are left can choose so that all copies are chosen. */
  private static boolean choose(Rule rule, int[] copies, int first, int[] chosen, int owners) {
    if (owners == 0) {
      for (int i = 0; i < chosen.length; i++) {
        if (chosen[i] < copies[first + i]) {
          return false;
        }
      }
      return true;
    }
    return choose(rule, copies, first, chosen, owners, 0, 0);
  }

  private static boolean choose(
      Rule rule, int[] copies, int first, int[] chosen, int owners, int extra, int sum) {
    if (extra == chosen.length) {
      return sum >= rule.least()
          && sum <= rule.most()
          && choose(rule, copies, first, chosen, owners - 1);
    }
    for (int count = rule.isAll() ? 1 : 0; count <= copies[first + extra]; count++) {
      chosen[extra] += count;
      boolean can = choose(rule, copies, first, chosen, owners, extra + 1, sum + count);
      chosen[extra] -= count;
      if (can) {
        return true;
      }
    }
    return false;
  }
}
