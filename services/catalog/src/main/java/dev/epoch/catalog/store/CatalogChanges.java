package dev.epoch.catalog.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.Change;
import dev.epoch.catalog.model.ClassDef;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.table.TableClass;
import dev.epoch.engine.catalog.CatalogCommit;
import dev.epoch.engine.catalog.CatalogProcessor;
import dev.epoch.engine.catalog.WorkingCommit;
import dev.epoch.events.Digest;
import dev.epoch.events.RecordType;
import dev.epoch.events.command.AbandonCatalogChangesV1;
import dev.epoch.events.command.CommitCatalogV1;
import dev.epoch.events.command.StageCatalogChangesV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.RandomIds;
import dev.epoch.gateway.stream.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Working commits: one request at a time changes that of a branch.
 *
 * <pre>
 *   lock the branch -> read what it holds -> changes -> chunks beside the log -> command -> unlock
 * </pre>
 */
public final class CatalogChanges {
  private static final int MOST_NAMED = 100;

  private final VersioningServer server;
  private final ContentStore store;
  private final RandomIds ids = new RandomIds();

  public CatalogChanges(VersioningServer server, ContentStore store) {
    this.server = server;
    this.store = store;
  }

  /** What changed, and the state after it. */
  public record Staged(Place place, CatalogContent content, List<Change> changes) {
    /** The class that was made or changed. */
    public ClassDef madeClass() {
      return changes.stream()
          .filter(Change.PutClass.class::isInstance)
          .map(each -> ((Change.PutClass) each).made())
          .findFirst()
          .orElseThrow();
    }

    /** The instance that was made or changed. */
    public Instance madeInstance() {
      return changes.stream()
          .filter(Change.PutInstance.class::isInstance)
          .map(each -> ((Change.PutInstance) each).made())
          .findFirst()
          .orElseThrow();
    }
  }

  static <T> T locked(Place place, Supplier<T> work) {
    ReentrantLock lock = place.repository().branchLock("catalog/" + place.branch().id());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** Begins a working commit; refused if there is one. */
  public Place start(Place place, Author author) {
    return locked(
        place,
        () -> {
          StepResult started =
              place
                  .repository()
                  .step(
                      new StageCatalogChangesV1(
                          place.branch().id(),
                          author.named(null),
                          true,
                          0,
                          List.of(),
                          List.of(),
                          0),
                      author.caller())
                  .orRefuse();
          return Place.of(place.repository(), started.state(), place.branch().id());
        });
  }

  public void abandon(Place place, Author author) {
    locked(
        place,
        () ->
            place
                .repository()
                .step(new AbandonCatalogChangesV1(place.branch().id()), author.caller())
                .orRefuse());
  }

  /** Changes classes and instances, given what the branch holds. */
  public Staged stage(
      Place place, Author author, BiFunction<CatalogContent, Author, List<Change>> work) {
    return locked(
        place,
        () -> {
          Place now = place.again();
          CatalogContent before = store.working(now.catalog(), now.branch()).content();
          Optional<StepResult> former =
              StepResult.former(now.state(), RecordType.STAGE_CATALOG_CHANGES_V1, author.caller());
          if (former.isPresent()) {
            return new Staged(now, before, repeated(former.get(), before));
          }
          List<Change> changes = work.apply(before, author);
          CatalogContent after = before.with(changes);
          long earlier = now.catalog().working(now.branch()).map(w -> w.payload().size()).orElse(0);
          StepResult staged =
              now.repository()
                  .step(
                      new StageCatalogChangesV1(
                          now.branch().id(),
                          author.named(null),
                          false,
                          changes.size(),
                          changes.stream().limit(MOST_NAMED).map(Change::entity).toList(),
                          store.store(changes),
                          earlier),
                      author.caller())
                  .orRefuse();
          Place then = Place.of(now.repository(), staged.state(), now.branch().id());
          then.catalog().working(then.branch()).ifPresent(w -> store.remember(w, after));
          return new Staged(then, after, changes);
        });
  }

  /** What a repeated request is answered: the entity that it was about, as it is by now. */
  private static List<Change> repeated(StepResult former, CatalogContent content) {
    String entity = former.formerFacts().getOrDefault("entity", "");
    int slash = entity.indexOf('/');
    String id = entity.substring(slash + 1);
    if (entity.startsWith("class/")) {
      ClassDef made = content.classes().get(id);
      return List.of(made == null ? new Change.RemoveClass(id) : new Change.PutClass(made));
    }
    Instance made = content.instances().get(id);
    return List.of(made == null ? new Change.RemoveInstance(id) : new Change.PutInstance(made));
  }

  public Staged createClass(Place place, JsonNode body, Author author) {
    return stage(
        place,
        author,
        (content, by) -> {
          ClassDef made = ClassDef.create(body, by.created());
          if (content.classOf(made.id()).isPresent() || content.classOf(made.name()).isPresent()) {
            throw new CatalogException(
                409,
                "Class '" + made.id() + "' already exists",
                "PATCH it, or choose another name");
          }
          return List.of(new Change.PutClass(made));
        });
  }

  public Staged patchClass(Place place, String id, JsonNode body, Author author) {
    return stage(
        place,
        author,
        (content, by) -> {
          ClassDef before = classOf(content, id);
          return List.of(new Change.PutClass(before.patched(body, by.updated(before.audit()))));
        });
  }

  public Staged deleteClass(Place place, String id, Author author) {
    return stage(
        place, author, (content, _) -> List.of(new Change.RemoveClass(classOf(content, id).id())));
  }

  /** Creates or replaces several classes; those that are not named stay. */
  public Staged putSchema(Place place, JsonNode body, Author author) {
    JsonFields fields =
        new JsonFields(body, "schema").allow(Set.of("id", "description", "classes"));
    return stage(
        place,
        author,
        (content, by) -> {
          List<Change> changes = new ArrayList<>();
          for (JsonNode each : fields.list("classes", (node, _) -> node)) {
            ClassDef made = ClassDef.create(each, by.created());
            ClassDef before = content.classes().get(made.id());
            changes.add(
                new Change.PutClass(
                    before == null ? made : ClassDef.create(each, by.updated(before.audit()))));
          }
          if (changes.isEmpty()) {
            throw new InvalidCatalogException("schema.classes is empty");
          }
          return changes;
        });
  }

  /** Makes a class and its instances of a table, or brings them to what the table says. */
  public Staged putTable(Place place, TableClass table, Author author) {
    return stage(place, author, (content, by) -> table.changes(content, by::created, by::updated));
  }

  public Staged createInstance(Place place, JsonNode body, Author author) {
    return stage(
        place,
        author,
        (content, by) -> {
          Instance made = Instance.create(body, null, "instance-" + ids.get(), by.created());
          if (content.instance(made.id()).isPresent()) {
            throw new CatalogException(
                409,
                "Instance '" + made.id() + "' already exists",
                "PATCH it, or choose another id");
          }
          return List.of(new Change.PutInstance(made));
        });
  }

  /** Changes an instance, or creates it, if its class is given. */
  public Staged patchInstance(Place place, String id, JsonNode body, Author author) {
    return stage(
        place,
        author,
        (content, by) -> {
          Optional<Instance> before = content.instance(id);
          boolean isCreation =
              before.isEmpty() && body != null && (body.has("class") || body.has("class_id"));
          if (before.isEmpty() && !isCreation) {
            throw new CatalogException(
                404,
                "Instance '" + id + "' not found",
                "To create it, give its class: \"class\" or \"class_id\"");
          }
          return List.of(
              new Change.PutInstance(
                  before
                      .map(found -> found.patched(body, by.updated(found.audit())))
                      .orElseGet(() -> Instance.create(body, id, id, by.created()))));
        });
  }

  public Staged deleteInstance(Place place, String id, Author author) {
    return stage(
        place,
        author,
        (content, _) -> {
          if (content.instance(id).isEmpty()) {
            throw CatalogException.notFound("Instance", id);
          }
          return List.of(new Change.RemoveInstance(id));
        });
  }

  public static ClassDef classOf(CatalogContent content, String id) {
    return content.classOf(id).orElseThrow(() -> CatalogException.notFound("Class", id));
  }

  /** Makes one commit of all that is staged. */
  public CatalogCommit commit(Place place, String message, String by, Author author) {
    return locked(
        place,
        () -> {
          Place now = place.again();
          Optional<StepResult> former =
              StepResult.former(now.state(), RecordType.COMMIT_CATALOG_V1, author.caller());
          if (former.isPresent()) {
            return commitOf(former.get());
          }
          WorkingCommit working = now.catalog().working(now.branch()).orElse(null);
          CatalogContent head = store.at(now.catalog(), now.branch().head()).content();
          CatalogContent content = store.working(now.catalog(), now.branch()).content();
          if (working == null || content.equals(head)) {
            throw new CatalogException(
                409,
                "Branch '" + now.branch().name() + "' has no changes to commit",
                "Change classes or instances first");
          }
          Gate.pass(
              server,
              now,
              new Gate.Change("pre-commit", null, null, message),
              RecordType.COMMIT_CATALOG_V1,
              author.caller());
          return record(now, content, new Head(CatalogProcessor.COMMIT, null), message, by, author);
        });
  }

  /**
   * What a commit comes from.
   *
   * @param verb commit, merge or rebase
   * @param source branch that is merged, or rebased onto; null for a commit
   */
  record Head(String verb, Place source) {}

  CatalogCommit record(
      Place now, CatalogContent content, Head from, String message, String by, Author author) {
    ContentStore.Stored stored = store.store(content);
    WorkingCommit working = now.catalog().working(now.branch()).orElse(null);
    Digest sourceHead = from.source() == null ? null : from.source().branch().head();
    StepResult committed =
        now.repository()
            .step(
                new CommitCatalogV1(
                    now.branch().id(),
                    from.verb(),
                    now.branch().head(),
                    working == null ? null : working.id(),
                    working == null ? 0 : working.payload().size(),
                    from.source() == null ? null : from.source().branch().id(),
                    sourceHead,
                    stored.content(),
                    stored.snapshot(),
                    stored.size(),
                    content.classes().size(),
                    content.instances().size(),
                    message == null ? "" : message,
                    author.named(by)),
                author.caller())
            .orRefuse();
    return committed.former().isPresent()
        ? commitOf(committed)
        : Place.of(now.repository(), committed.state(), now.branch().id())
            .catalog()
            .commit(
                committed
                    .event(dev.epoch.events.event.CatalogCommittedV1.class)
                    .orElseThrow()
                    .commit())
            .orElseThrow();
  }

  static CatalogCommit commitOf(StepResult former) {
    Digest id = new Digest(former.formerFacts().get("commit"));
    return former.state().catalog().commit(id).orElseThrow();
  }
}
