package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Domain;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.PropertyValue;
import dev.epoch.catalog.resolve.Evaluator;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.events.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Configurations with all that they came from.
 *
 * <pre>
 *   snapshot   the state that is solved
 *   expand     what relationships lead to, by the policies
 *   evaluate   the solver chooses; domains become constants, conditional properties values
 *   validate   quantifiers of what was chosen, once more
 *   compile    the document
 * </pre>
 */
final class Artifacts {
  private static final int ID_DIGITS = 24;

  private final IntegerSolver solver;

  Artifacts(IntegerSolver solver) {
    this.solver = solver;
  }

  /**
   * What is to be solved.
   *
   * @param database of the catalog
   * @param branchId of the branch
   * @param commit its id, or null if there was none or something staged is solved
   * @param stateKey which tells states apart
   * @param roots what is to be configured, empty for everything
   * @param objective weights
   * @param policies of selectors
   * @param limit of time
   * @param metadata of whoever asks, or null
   */
  record Question(
      String database,
      String branchId,
      String commit,
      String stateKey,
      Set<String> roots,
      Objective objective,
      Policies policies,
      Duration limit,
      JsonNode metadata) {
    /** The same for the same question about the same state. */
    String id() {
      ObjectNode json =
          CatalogJson.object()
              .put("database", database)
              .put("branch", branchId)
              .put("state", stateKey)
              .put("limit", limit.toMillis());
      json.set("roots", CatalogJson.texts(roots));
      json.set("weights", objective.toJson());
      json.set("policies", policies.toJson());
      json.set("derived", CatalogJson.texts(objective.derived()));
      return "artifact-" + Digest.of(CatalogJson.bytes(json)).hex().substring(0, ID_DIGITS);
    }
  }

  /** What is found out. */
  record Answer(ObjectNode artifact, ObjectNode derived) {}

  private static final class Phases {
    private final Map<String, Long> millis = new LinkedHashMap<>();

    <T> T run(String name, Supplier<T> work) {
      long begun = System.nanoTime();
      T done = work.get();
      millis.put(name, (System.nanoTime() - begun) / 1_000_000);
      return done;
    }
  }

  Answer answer(
      Question question,
      Supplier<CatalogContent> state,
      Function<String, Optional<Expansion.Foreign>> elsewhere) {
    Phases phases = new Phases();
    CatalogContent content = phases.run("snapshot", state);
    Set<String> roots = question.roots();
    Expansion expansion =
        phases.run(
            "expand",
            () ->
                new Expansion(content, question.policies(), elsewhere)
                    .from(roots.isEmpty() ? content.instances().keySet() : roots));
    Configuration configuration =
        phases.run(
            "evaluate",
            () ->
                new Configurator(solver)
                    .solve(expansion, roots, question.objective(), question.limit()));
    phases.run("validate", () -> validated(configuration, expansion));
    ObjectNode artifact = phases.run("compile", () -> compile(question, expansion, configuration));
    ObjectNode metadata = artifact.putObject("solve_metadata");
    metadata.put("total_time_ms", phases.millis.values().stream().mapToLong(Long::longValue).sum());
    ArrayNode pipeline = metadata.putArray("pipeline_phases");
    phases.millis.forEach(
        (name, millis) -> pipeline.addObject().put("name", name).put("duration_ms", millis));
    statistics(metadata, expansion, configuration);
    solver(metadata, question, configuration);
    if (question.metadata() != null) {
      artifact.set("user_metadata", question.metadata());
    }
    return new Answer(artifact, derived(question, configuration));
  }

  /** What the solver chose satisfies every quantifier; if not, that is our fault. */
  private static boolean validated(Configuration configuration, Expansion expansion) {
    if (configuration.status() == Solution.Status.INFEASIBLE) {
      throw new CatalogException(
          422,
          "There is no such configuration. "
              + (configuration.clashing().isEmpty()
                  ? "The constraints of the catalog clash"
                  : "These cannot be had together: " + String.join("; ", configuration.clashing())),
          "Widen a domain, a pool or a quantifier");
    }
    if (!configuration.isFound()) {
      throw new CatalogException(
          503, "No configuration was found in time, and none was ruled out", "Allow more time");
    }
    expansion
        .selectors()
        .forEach((owner, selectors) ->
            selectors.forEach((name, selector) -> {
              if (configuration.copies().get(owner) > 0) {
                long count =
                    configuration
                        .chosen()
                        .getOrDefault(owner, Map.of())
                        .getOrDefault(name, new TreeMap<>())
                        .values()
                        .stream()
                        .mapToLong(Long::longValue)
                        .sum();
                if (!selector.definition().quantifier().allows(count)) {
                  throw new IllegalStateException(owner + "." + name + " has " + count + " copies");
                }
              }
            }));
    return true;
  }

  private static ObjectNode compile(
      Question question, Expansion expansion, Configuration configuration) {
    ObjectNode artifact =
        CatalogJson.object()
            .put("id", question.id())
            .put("created_at", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    ObjectNode context =
        artifact
            .putObject("resolution_context")
            .put("database_id", question.database())
            .put("branch_id", question.branchId())
            .put("commit_hash", question.commit());
    context.set("policies", question.policies().toJson());
    ObjectNode schema = artifact.putObject("schema_snapshot");
    ArrayNode classes = schema.putArray("classes");
    configuration.content().classes().values().forEach(each -> classes.add(each.toJson()));
    ObjectNode domains = artifact.putObject("resolved_domains");
    configuration.copies().forEach((id, count) -> domains.set(id, Domain.constant(count).toJson()));
    Evaluator evaluator = new Evaluator(configuration.content(), configuration.choice());
    ObjectNode properties = artifact.putObject("resolved_properties");
    included(configuration)
        .forEach(instance -> properties.set(instance.id(), evaluator.values(instance)));
    ObjectNode selectors = artifact.putObject("selector_snapshots");
    expansion
        .selectors()
        .forEach((owner, its) -> {
          if (configuration.copies().get(owner) > 0 && !its.isEmpty()) {
            ObjectNode json = selectors.putObject(owner);
            its.forEach((name, selector) ->
                json.set(name, selector.toJson(chosen(configuration, owner, name))));
          }
        });
    return artifact;
  }

  private static List<String> chosen(Configuration configuration, String owner, String name) {
    SortedMap<String, Long> chosen =
        configuration.chosen().getOrDefault(owner, Map.of()).getOrDefault(name, new TreeMap<>());
    return List.copyOf(chosen.keySet());
  }

  private static List<Instance> included(Configuration configuration) {
    List<Instance> all = new ArrayList<>();
    configuration
        .copies()
        .forEach((id, count) -> {
          if (count > 0) {
            all.add(configuration.content().instance(id).orElseThrow());
          }
        });
    return all;
  }

  private static void statistics(
      ObjectNode metadata, Expansion expansion, Configuration configuration) {
    List<Instance> included = included(configuration);
    long conditional =
        included.stream()
            .flatMap(each -> each.properties().values().stream())
            .filter(PropertyValue.Conditional.class::isInstance)
            .count();
    metadata
        .putObject("statistics")
        .put("total_instances", included.size())
        .put("total_selectors", expansion.selectors().values().stream().mapToLong(Map::size).sum())
        .put("conditional_properties_evaluated", conditional)
        .put("domains_resolved", configuration.copies().size());
  }

  private static void solver(ObjectNode metadata, Question question, Configuration configuration) {
    ObjectNode json =
        metadata
            .putObject("solver")
            .put("status", configuration.status().name().toLowerCase(java.util.Locale.ROOT));
    json.set("objective", CatalogJson.number(configuration.objective()));
    json.set("best_bound", CatalogJson.number(configuration.bound()));
    json.set("weights", question.objective().toJson());
    json.set("notes", CatalogJson.texts(configuration.notes()));
  }

  /** By instance, those of the properties that were asked for; all of them if none were. */
  private static ObjectNode derived(Question question, Configuration configuration) {
    Evaluator evaluator = new Evaluator(configuration.content(), configuration.choice());
    ObjectNode json = CatalogJson.object();
    for (Instance instance : included(configuration)) {
      configuration
          .content()
          .classOf(instance)
          .ifPresent(its ->
              question
                  .objective()
                  .derived()
                  .forEach(name ->
                      its.derived(name)
                          .ifPresent(definition ->
                              json.withObjectProperty(instance.id())
                                  .set(
                                      definition.name(),
                                      evaluator.derived(instance, its, definition)))));
    }
    return json;
  }
}
