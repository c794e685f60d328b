package dev.epoch.gateway.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitSchema;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.RecordCommitSchemaV1;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.table.RecordedSchema;
import dev.epoch.gateway.chunk.ChunkBuffer;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.snapshot.SchemaPages;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.schema.SchemaReader;
import io.smallrye.mutiny.Multi;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The schemas of a repository's databases: all objects of those schemas that hold a registered
 * table, by the name of the storage.
 */
public final class SchemaService {
  private static final System.Logger LOG = System.getLogger(SchemaService.class.getName());

  /** What sessions make on a branch, and what is gone when they drop it. */
  private static final Set<ObjectKind> MADE_IN_SESSIONS =
      EnumSet.of(ObjectKind.VIEW, ObjectKind.MATERIALIZED_VIEW, ObjectKind.FUNCTION);

  /** Chunks that are fetched at a time. */
  private static final int CONCURRENT_CHUNKS = 16;

  private final Backends backends;
  private final ChunkStore chunks;

  /** The tree of each database as it was read last: the next one computes what changed. */
  private final Map<Database, SchemaTree> trees = new ConcurrentHashMap<>();

  private final RecordedSchemas recordedSchemas = new RecordedSchemas();

  /** Adds to a database's schema what its layered tables will have when they are open. */
  @FunctionalInterface
  public interface Completion {
    /**
     * @param storage name of the storage
     * @param schema as the database tells it
     */
    DatabaseSchema of(String storage, DatabaseSchema schema);
  }

  private record Database(String repository, String storage) {}

  public SchemaService(Backends backends, ChunkStore chunks) {
    this.backends = backends;
    this.chunks = chunks;
  }

  /** In which changes of schemas are planned. */
  public SchemaDialect dialect() {
    return backends.adapters().schemaDialect();
  }

  /**
   * Schemas that were read and stored, of which a commit is to tell.
   *
   * @param schemas by name of the storage
   * @param unavailable names of storages that cannot be reached
   */
  public record Observed(Map<String, RecordedSchema> schemas, List<String> unavailable) {}

  /**
   * What a commit, or the nearest one before it, tells of a database's schema.
   *
   * @param commit that tells it
   * @param backfilled whether it was read long after that commit
   */
  public record Recorded(CommitState commit, RecordedSchema schema, boolean backfilled) {}

  /** Names of the storages that registered tables are in and that can tell their schemas. */
  public List<String> storages(RepositoryState state) {
    return schemaNames(state).keySet().stream()
        .filter(storage -> reader(state, storage).isPresent())
        .toList();
  }

  /** Names of the schemas with registered tables, by name of the storage. */
  private static SortedMap<String, TreeSet<String>> schemaNames(RepositoryState state) {
    SortedMap<String, TreeSet<String>> names = new TreeMap<>();
    for (String id : state.tables().idByName().values()) {
      RegisteredTable table = state.tables().byId().get(id);
      names.computeIfAbsent(table.storage(), any -> new TreeSet<>()).add(table.schemaName());
    }
    return names;
  }

  /** Names of the schemas of a storage with registered tables; none if there is no table. */
  public static SortedSet<String> schemaNames(RepositoryState state, String storage) {
    return schemaNames(state).getOrDefault(storage, new TreeSet<>());
  }

  Optional<SchemaReader> reader(RepositoryState state, String storage) {
    return backends.adapters().adapter(state.storages().byName().get(storage)).schemas();
  }

  /**
   * A database's schemas as they are.
   *
   * @throws RefusedException if the storage cannot tell them, or has no registered table
   */
  public DatabaseSchema live(RepositoryState state, String storage) {
    Map<String, String> names =
        schemaNames(state, storage).stream()
            .collect(Collectors.toMap(Function.identity(), Function.identity()));
    if (names.isEmpty()) {
      throw new RefusedException(
          Code.TABLE_NOT_FOUND,
          "No registered table is in storage '" + storage + "'",
          Map.of("storage", storage, "remedy", "epoch table add"));
    }
    return reader(state, storage)
        .orElseThrow(() ->
            new RefusedException(
                Code.VALIDATION,
                "The backend of storage '" + storage + "' does not tell the objects of its schemas",
                Map.of("storage", storage, "remedy", "epoch schema show without --live")))
        .read(names);
  }

  /**
   * A database's schemas as clients of a branch have them: of the default branch those that are
   * live; of another what it has of its own, over what its commits recorded, else over the live.
   */
  public DatabaseSchema of(RepositoryState state, BranchState branch, String storage) {
    if (state.isDefault(branch)) {
      return live(state, storage);
    }
    DatabaseSchema base =
        recorded(state, state.head(branch), storage)
            .map(recorded -> begun(state, branch, storage, recorded))
            .orElseGet(() -> live(state, storage));
    List<String> names = List.copyOf(schemaNames(state, storage));
    DatabaseSchema own =
        reader(state, storage).orElseThrow().ofBranch(Backends.handle(state, branch), names);
    Set<ObjectId> dropped = new BranchObjects(this, backends).dropped(state, branch, storage, base);
    if (own.objects().isEmpty() && dropped.isEmpty()) {
      return base;
    }
    SortedMap<ObjectId, SchemaObject> objects = new TreeMap<>(base.objects());
    objects.keySet().removeAll(dropped);
    own.objects()
        .forEach((id, object) ->
            objects.put(
                id,
                object instanceof TableDefinition open
                        && base.get(id).orElse(null) instanceof TableDefinition like
                    ? OpenTableShape.of(open, like, own)
                    : object));
    return owned(new DatabaseSchema(objects), base, own);
  }

  /**
   * What a branch recorded, with the views and functions that were there when it left the default
   * branch: of its own it has those that are in its database now.
   */
  private DatabaseSchema begun(
      RepositoryState state, BranchState branch, String storage, Recorded recorded) {
    DatabaseSchema head = read(recorded.schema());
    Optional<DatabaseSchema> fork =
        fork(state, branch)
            .flatMap(commit -> recorded(state, commit, storage))
            .filter(there -> !there.schema().equals(recorded.schema()))
            .map(there -> read(there.schema()));
    if (fork.isEmpty()) {
      return head;
    }
    SortedMap<ObjectId, SchemaObject> objects = new TreeMap<>(head.objects());
    objects.keySet().removeIf(id -> MADE_IN_SESSIONS.contains(id.kind()));
    fork.get().objects().values().stream()
        .filter(object -> MADE_IN_SESSIONS.contains(object.kind()))
        .forEach(object -> objects.put(object.id(), object));
    return owned(new DatabaseSchema(objects), head, fork.get());
  }

  private static DatabaseSchema owned(
      DatabaseSchema schema, DatabaseSchema first, DatabaseSchema second) {
    Map<ObjectId, String> owners = new HashMap<>(first.owners());
    owners.putAll(second.owners());
    return schema.ownedAs(owners);
  }

  /**
   * Views, functions and types that were made on a branch, and that no commit of it tells as they
   * are: merges leave them. None of the default branch; of databases that can be reached.
   */
  public List<ObjectId> unrecorded(RepositoryState state, BranchState branch) {
    if (state.isDefault(branch)) {
      return List.of();
    }
    List<ObjectId> unrecorded = new ArrayList<>();
    for (String storage : storages(state)) {
      try {
        Map<ObjectId, SchemaObject> own =
            reader(state, storage)
                .orElseThrow()
                .ofBranch(Backends.handle(state, branch), List.copyOf(schemaNames(state, storage)))
                .objects();
        Map<ObjectId, SchemaObject> told =
            own.keySet().stream().allMatch(id -> id.kind() == ObjectKind.TABLE)
                ? own
                : recorded(state, state.head(branch), storage)
                    .map(
                        recorded -> (Map<ObjectId, SchemaObject>) read(recorded.schema()).objects())
                    .orElse(Map.of());
        own.forEach((id, object) -> {
          if (MADE_IN_SESSIONS.contains(id.kind()) && !object.equals(told.get(id))) {
            unrecorded.add(id);
          }
        });
      } catch (StorageUnavailableException unreachable) {
        LOG.log(
            System.Logger.Level.DEBUG,
            "Objects of branch {0} in storage {1} are not known: {2}",
            branch.name(),
            storage,
            unreachable.getMessage());
      }
    }
    return unrecorded;
  }

  /** Where the branch and the default branch were the same; empty for the default branch. */
  static Optional<CommitState> fork(RepositoryState state, BranchState branch) {
    return state.isDefault(branch)
        ? Optional.empty()
        : Lineage.mergeBases(state, branch.head(), state.defaultBranch().head()).stream()
            .findFirst()
            .map(id -> state.commits().byId().get(id));
  }

  /**
   * Records what is live for the commit at which the branch left the default branch, unless that or
   * an earlier one has told it: merges compare what the branch records with it.
   */
  public void recordFork(LiveRepository repository, BranchState branch, Caller caller) {
    RepositoryState state = repository.state();
    fork(state, branch)
        .filter(fork ->
            storages(state).stream().anyMatch(storage -> recorded(state, fork, storage).isEmpty()))
        .ifPresent(
            fork -> record(repository, fork, observe(state, state.defaultBranch()), true, caller));
  }

  /**
   * Reads every database's schemas, as clients of the branch have them, and stores them.
   *
   * @throws RefusedException if none can tell them
   */
  public Observed observe(RepositoryState state, BranchState branch) {
    return observe(state, branch, (_, schema) -> schema);
  }

  private Observed observe(RepositoryState state, BranchState branch, Completion completion) {
    List<String> storages = storages(state);
    if (storages.isEmpty()) {
      throw new RefusedException(
          Code.VALIDATION,
          "No storage of a registered table tells the objects of its schemas",
          Map.of("remedy", "Commit without the schema, or register a table of PostgreSQL"));
    }
    Map<String, RecordedSchema> schemas = new HashMap<>();
    List<String> unavailable = new ArrayList<>();
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    for (String storage : storages) {
      try {
        DatabaseSchema read = of(state, branch, storage);
        DatabaseSchema schema = completion.of(storage, read).ownedAs(read.owners());
        SchemaTree tree =
            trees.compute(
                new Database(state.name(), storage),
                (key, former) -> former == null ? SchemaTree.of(schema) : former.next(schema));
        SchemaPages.Written written = SchemaPages.write(schema, tree, buffer::put);
        schemas.put(
            storage, new RecordedSchema(written.root(), written.schema(), written.objects()));
      } catch (StorageUnavailableException unreachable) {
        unavailable.add(storage);
      }
    }
    buffer.flush();
    return new Observed(schemas, unavailable);
  }

  /** Stores a schema that was not read from a database, so that a commit can tell it. */
  public RecordedSchema store(DatabaseSchema schema) {
    ChunkBuffer buffer = new ChunkBuffer(chunks);
    SchemaPages.Written written = SchemaPages.write(schema, SchemaTree.of(schema), buffer::put);
    buffer.flush();
    return new RecordedSchema(written.root(), written.schema(), written.objects());
  }

  /** Stores the schemas that a database goes through, so that an operation can tell them. */
  public OperationPlan.SchemaSteps store(SchemaSteps steps) {
    return new OperationPlan.SchemaSteps(
        store(steps.before()), store(steps.between()), store(steps.after()), store(steps.back()));
  }

  /** Those of an operation; null for null. */
  public SchemaSteps read(OperationPlan.SchemaSteps steps) {
    return steps == null
        ? null
        : new SchemaSteps(
            read(steps.before()), read(steps.between()), read(steps.after()), read(steps.back()));
  }

  /** Whether it tells of other objects than the commit and those before it do. */
  public static boolean differs(RepositoryState state, CommitState head, Observed observed) {
    for (Map.Entry<String, RecordedSchema> entry : observed.schemas().entrySet()) {
      Optional<Recorded> recorded = recorded(state, head, entry.getKey());
      if (recorded.isEmpty()
          || !recorded.get().schema().schema().equals(entry.getValue().schema())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the branch has other objects than it began with: than are recorded, or where nothing
   * is, than are live.
   */
  public boolean isChanged(RepositoryState state, BranchState branch, Observed observed) {
    return observed.schemas().entrySet().stream()
        .anyMatch(entry ->
            !entry
                .getValue()
                .schema()
                .equals(
                    recorded(state, state.head(branch), entry.getKey())
                        .map(told -> told.schema().schema())
                        .orElseGet(() -> SchemaTree.of(live(state, entry.getKey())).root())));
  }

  /**
   * Records the schemas for a commit whose tables have other shapes than those that were recorded
   * last, once a repository records schemas. The commit stands, whatever becomes of it: what cannot
   * be read now is recorded by the next one.
   */
  public void recordIfMoved(
      LiveRepository repository, BranchState branch, CommitState commit, Caller caller) {
    RepositoryState state = repository.state();
    if (state.schemas().isEmpty() || state.schemas().containsKey(commit.id())) {
      return;
    }
    boolean moved =
        storages(state).stream()
            .map(storage -> recorded(state, commit, storage))
            .flatMap(Optional::stream)
            .anyMatch(recorded -> !sameShapes(recorded.commit(), commit));
    if (moved) {
      recordNow(repository, branch, commit, caller);
    }
  }

  /** Records the schemas for the head of a branch, as far as they can be read now. */
  public void recordNow(
      LiveRepository repository, BranchState branch, CommitState commit, Caller caller) {
    recordNow(repository, branch, commit, (_, schema) -> schema, caller);
  }

  /** The same with what is not in the database yet. */
  public void recordNow(
      LiveRepository repository,
      BranchState branch,
      CommitState commit,
      Completion completion,
      Caller caller) {
    RepositoryState state = repository.state();
    if (state.schemas().containsKey(commit.id())) {
      return;
    }
    try {
      record(repository, commit, observe(state, branch, completion), false, caller);
    } catch (StorageException unavailable) {
      LOG.log(
          System.Logger.Level.WARNING,
          "The schema of commit {0} is not recorded: {1}",
          commit.id(),
          unavailable.getMessage());
    }
  }

  /** Whether two commits have the same tables with the same shapes. */
  public static boolean sameShapes(CommitState one, CommitState other) {
    return one.tree().keySet().equals(other.tree().keySet())
        && one.tree().entrySet().stream()
            .allMatch(entry ->
                entry
                    .getValue()
                    .schemaHash()
                    .equals(other.tree().get(entry.getKey()).schemaHash()));
  }

  /** Adds to a commit what was observed for it. */
  public void record(
      LiveRepository repository,
      CommitState commit,
      Observed observed,
      boolean backfilled,
      Caller caller) {
    repository
        .step(
            new RecordCommitSchemaV1(
                commit.id(), observed.schemas(), observed.unavailable(), backfilled),
            caller.consequence())
        .orRefuse();
  }

  /** What a commit, or else the nearest one on the line of its first parents, tells. */
  public static Optional<Recorded> recorded(
      RepositoryState state, CommitState commit, String storage) {
    if (state.schemas().isEmpty()) {
      return Optional.empty();
    }
    String at =
        state.commits().nearestRecorded(commit.id(), told -> told.schemas().containsKey(storage));
    if (at == null) {
      return Optional.empty();
    }
    CommitSchema told = state.schemas().get(at);
    return Optional.of(
        new Recorded(
            state.commits().byId().get(at), told.schemas().get(storage), told.backfilled()));
  }

  /** The objects that a commit recorded. */
  public DatabaseSchema read(RecordedSchema recorded) {
    return recordedSchemas.get(
        recorded.root(), (root, known) -> SchemaPages.read(root, known, this::fetch));
  }

  private Map<Digest, byte[]> fetch(List<Digest> names) {
    return Multi.createFrom()
        .iterable(names)
        .onItem()
        .transformToUni(name -> chunks.get(name).map(bytes -> Map.entry(name, bytes)))
        .merge(CONCURRENT_CHUNKS)
        .collect()
        .asMap(Map.Entry::getKey, Map.Entry::getValue)
        .await()
        .indefinitely();
  }
}
