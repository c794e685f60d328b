package dev.epoch.gateway.merge.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.schema.SchemaService.Recorded;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.merge.ResolutionDoesNotFitException;
import dev.epoch.model.schema.merge.SchemaConflict;
import dev.epoch.model.schema.merge.SchemaConflictText;
import dev.epoch.model.schema.merge.SchemaResolution;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.TableDefinition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Views, functions and what else stands beside tables, in merges: as commits recorded them at the
 * base and the source, and as the databases have them; with what stands on tables, such as
 * triggers.
 */
public final class RecordedObjects {
  private final SchemaService schemas;

  public RecordedObjects(SchemaService schemas) {
    this.schemas = schemas;
  }

  /**
   * What the merge makes of them, by name of the storage; of storages alone in which something
   * becomes another.
   *
   * @param bases ids of the commits that both sides are compared with; the first one counts
   * @throws RefusedException if both sides have changed an object, and no strategy says which holds
   */
  public Map<String, MergedObjects> merged(
      RepositoryState state,
      BranchState target,
      List<String> bases,
      CommitState source,
      MergeStrategy strategy) {
    if (state.schemas().isEmpty() || bases.isEmpty()) {
      return Map.of();
    }
    CommitState base = state.commits().byId().get(bases.getFirst());
    Map<String, MergedObjects> merged = new TreeMap<>();
    for (String storage : schemas.storages(state)) {
      Optional<Recorded> before = SchemaService.recorded(state, base, storage);
      Optional<Recorded> theirs = SchemaService.recorded(state, source, storage);
      if (before.isEmpty()
          || theirs.isEmpty()
          || before.get().schema().schema().equals(theirs.get().schema().schema())) {
        continue;
      }
      MergedObjects merge =
          merged(
              schemas.read(before.get().schema()),
              schemas.of(state, target, storage),
              schemas.read(theirs.get().schema()),
              versioned(state, target, source, storage),
              strategy);
      // sessions on a branch have the live ones
      MergedObjects objects =
          state.isDefault(target) ? merge : merge.without(schemas.live(state, storage));
      requireNone(target, objects.conflicts());
      if (!objects.isEmpty()) {
        merged.put(storage, objects);
      }
    }
    return merged;
  }

  /**
   * Enums that both sides have made, or given labels, get those of both, unless their orders
   * differ.
   */
  private static MergedObjects merged(
      DatabaseSchema base,
      DatabaseSchema ours,
      DatabaseSchema theirs,
      Set<ObjectName> versioned,
      MergeStrategy strategy) {
    try {
      return MergedObjects.of(
          base,
          ours,
          theirs,
          versioned,
          conflict ->
              conflict.object().kind() == ObjectKind.ENUM && conflict.fact().equals("labels")
                  ? resolution(strategy).or(() -> Optional.of(new SchemaResolution.Union()))
                  : resolution(strategy));
    } catch (ResolutionDoesNotFitException orders) {
      return MergedObjects.of(base, ours, theirs, versioned, _ -> resolution(strategy));
    }
  }

  private static Optional<SchemaResolution> resolution(MergeStrategy strategy) {
    return switch (strategy) {
      case OURS -> Optional.of(new SchemaResolution.Ours());
      case THEIRS -> Optional.of(new SchemaResolution.Theirs());
      case DEFAULT -> Optional.empty();
    };
  }

  private static Set<ObjectName> versioned(
      RepositoryState state, BranchState target, CommitState source, String storage) {
    Set<ObjectName> names = new HashSet<>();
    Stream.of(state.head(target), source)
        .flatMap(commit -> commit.tree().values().stream())
        .map(TableEntry::tableId)
        .distinct()
        .map(id -> state.tables().byId().get(id))
        .filter(table -> !table.removed() && table.storage().equals(storage))
        .map(RecordedObjects::name)
        .forEach(names::add);
    return names;
  }

  private static ObjectName name(RegisteredTable table) {
    return new ObjectName(table.schemaName(), table.tableName());
  }

  private static void requireNone(BranchState target, List<SchemaConflict> conflicts) {
    if (conflicts.isEmpty()) {
      return;
    }
    List<String> told = conflicts.stream().map(SchemaConflictText::status).distinct().toList();
    throw new RefusedException(
        Code.MERGE_CONFLICT,
        "The source and branch '%s' have different versions of %s"
            .formatted(
                target.name(),
                String.join(
                    ", ",
                    conflicts.stream()
                        .map(conflict -> conflict.object().toString())
                        .distinct()
                        .toList())),
        Map.of(
            "objects",
            told,
            "remedy",
            "Make them alike on one side, commit that with --include-schema, and merge again; or"
                + " --strategy ours, --strategy theirs"));
  }

  /**
   * Records what the databases have, now that a merge changed it, for the target's head. Layered
   * tables have no more than what is known of them.
   *
   * @param merged what the merge made of objects, by name of the storage
   * @param source id of the commit that was merged
   */
  public void record(
      LiveRepository repository,
      String branchId,
      Map<String, MergedObjects> merged,
      String source,
      Caller caller) {
    RepositoryState state = repository.state();
    BranchState branch = state.branches().byId().get(branchId);
    if (branch != null) {
      CommitState from = state.commits().byId().get(source);
      schemas.recordNow(
          repository,
          branch,
          state.head(branch),
          (storage, schema) ->
              merged
                  .getOrDefault(storage, MergedObjects.NONE)
                  .after(shaped(state, state.head(branch), from, storage, schema)),
          caller);
    }
  }

  /** With the columns that tables have in the commit, as the source tells them. */
  private DatabaseSchema shaped(
      RepositoryState state,
      CommitState commit,
      CommitState source,
      String storage,
      DatabaseSchema schema) {
    Optional<DatabaseSchema> theirs =
        SchemaService.recorded(state, source, storage).map(told -> schemas.read(told.schema()));
    SortedMap<ObjectId, SchemaObject> objects = new TreeMap<>(schema.objects());
    for (TableEntry entry : commit.tree().values()) {
      RegisteredTable registered = state.tables().byId().get(entry.tableId());
      Optional<TableDefinition> told = theirs.flatMap(there -> there.table(name(registered)));
      Optional<TableDefinition> now = schema.table(name(registered));
      if (!registered.storage().equals(storage) || told.isEmpty() || now.isEmpty()) {
        continue;
      }
      List<String> columns =
          state.tables().schema(entry.schemaHash()).usersColumns().stream()
              .map(Column::name)
              .toList();
      if (columns.stream().allMatch(column -> now.get().column(column).isPresent())) {
        continue;
      }
      boolean same =
          source
              .entryOf(entry.tableId())
              .filter(at -> at.schemaHash().equals(entry.schemaHash()))
              .isPresent();
      objects.put(
          now.get().id(),
          same
              ? now.get().with(told.get().columns(), told.get().constraints(), told.get().indexes())
              : now.get()
                  .with(
                      columns.stream()
                          .map(column ->
                              now.get().column(column).or(() -> told.get().column(column)))
                          .flatMap(Optional::stream)
                          .toList()));
    }
    return new DatabaseSchema(objects);
  }
}
