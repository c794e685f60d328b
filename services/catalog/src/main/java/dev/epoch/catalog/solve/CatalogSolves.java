package dev.epoch.catalog.solve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.solve.Artifacts.Answer;
import dev.epoch.catalog.solve.Artifacts.Question;
import dev.epoch.catalog.store.Author;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.catalog.store.ContentStore;
import dev.epoch.catalog.store.Place;
import dev.epoch.engine.catalog.CatalogArtifact;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.events.command.RecordCatalogArtifactV1;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Solves states of catalogs, and keeps what came of it. */
public final class CatalogSolves {
  /** Long enough for large catalogs, short enough to wait for. */
  public static final Duration USUAL_LIMIT = Duration.ofSeconds(30);

  private final ContentStore store;
  private final Artifacts artifacts;

  public CatalogSolves(ContentStore store, IntegerSolver solver) {
    this.store = store;
    this.artifacts = new Artifacts(solver);
  }

  /**
   * Which state.
   *
   * @param place the branch
   * @param commit that is solved, null if there is none
   * @param isStaged whether what is staged counts
   */
  public record Target(Place place, Digest commit, boolean isStaged) {
    public static Target head(Place place) {
      return new Target(place, place.branch().head(), false);
    }

    public static Target staged(Place place) {
      return new Target(place, place.branch().head(), true);
    }

    private Optional<WorkingCommit> working() {
      return isStaged
          ? place.catalog().working(place.branch()).filter(w -> !w.payload().isEmpty())
          : Optional.empty();
    }

    String key() {
      return working()
          .map(working -> working.id() + ":" + working.payload().size())
          .orElse(commit == null ? "nothing" : commit.hex());
    }
  }

  /**
   * How to solve it.
   *
   * @param metadata of whoever asks, or null
   */
  public record Terms(Objective objective, Policies policies, JsonNode metadata) {
    public static Terms of(Objective objective) {
      return new Terms(objective, Policies.DEFAULT, null);
    }
  }

  private Question question(Target target, Set<String> roots, Terms terms) {
    return new Question(
        target.place().repository().name(),
        target.place().branch().id(),
        target.working().isPresent() || target.commit() == null ? null : target.commit().hex(),
        target.key(),
        roots,
        terms.objective(),
        terms.policies(),
        USUAL_LIMIT,
        terms.metadata());
  }

  /**
   * The best configuration of an instance, or of everything.
   *
   * @param roots what is to be configured, empty for everything
   * @return {@code configuration} and {@code derived_properties}
   */
  public ObjectNode solve(Target target, Set<String> roots, Terms terms) {
    Question question = question(target, roots, terms);
    Supplier<CatalogContent> state =
        () ->
            (target.working().isPresent()
                    ? store.working(target.place().catalog(), target.place().branch())
                    : store.at(target.place().catalog(), target.commit()))
                .content();
    for (String root : roots) {
      if (state.get().instance(root).isEmpty()) {
        boolean isOnlyStaged =
            !target.isStaged()
                && store
                    .working(target.place().catalog(), target.place().branch())
                    .content()
                    .instance(root)
                    .isPresent();
        throw new CatalogException(
            404,
            "Instance '" + root + "' not found",
            isOnlyStaged
                ? "It is staged and not committed: ask below working-commit, or commit it"
                : null);
      }
    }
    Answer answer = artifacts.answer(question, state, id -> elsewhere(target.place(), id));
    ObjectNode json = CatalogJson.object();
    json.set("configuration", answer.artifact());
    json.set("derived_properties", answer.derived());
    return json;
  }

  private Optional<Expansion.Foreign> elsewhere(Place place, String id) {
    return place.catalog().branches().values().stream()
        .filter(branch -> !branch.id().equals(place.branch().id()))
        .sorted(Comparator.comparing(CatalogBranch::id))
        .flatMap(branch -> {
          CatalogContent content = store.at(place.catalog(), branch.head()).content();
          Optional<Instance> found = content.instance(id);
          return found
              .map(each -> new Expansion.Foreign(each, content.classOf(each), branch.name()))
              .stream();
        })
        .findFirst();
  }

  /**
   * Keeps an artifact in the log; one that is there already stays as it was first.
   *
   * @return the one that is kept
   */
  public ObjectNode keep(Place place, Digest commit, ObjectNode artifact, Author author) {
    String id = artifact.get("id").textValue();
    Optional<CatalogArtifact> known =
        Optional.ofNullable(place.repository().state().catalog().artifacts().get(id));
    if (known.isPresent()) {
      return (ObjectNode) store.document(known.get().payload());
    }
    place
        .repository()
        .step(
            new RecordCatalogArtifactV1(id, place.branch().id(), commit, store.store(artifact)),
            // a request may solve several
            author.caller().another())
        .orRefuse();
    return artifact;
  }

  /** An artifact that was kept. */
  public ObjectNode kept(CatalogArtifact artifact) {
    return (ObjectNode) store.document(artifact.payload());
  }
}
