package dev.epoch.gateway.merge.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.schema.SchemaService.Recorded;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.merge.SchemaConflict;
import dev.epoch.model.schema.merge.SchemaConflictText;
import dev.epoch.model.schema.merge.SchemaResolution;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Views, functions and what else stands beside tables, in merges: as commits recorded them at the
 * base and the source, and as the databases have them. What stands on tables, such as triggers,
 * comes to the default branch alone.
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
      boolean live = state.isDefault(target);
      DatabaseSchema ours = schemas.of(state, target, storage);
      Set<ObjectName> versioned = versioned(state, target, source, storage);
      if (!live) {
        versioned.removeIf(name -> ours.table(name).isPresent());
      }
      MergedObjects merge =
          MergedObjects.of(
              schemas.read(before.get().schema()),
              ours,
              schemas.read(theirs.get().schema()),
              versioned,
              conflict -> resolution(strategy));
      // sessions on a branch have the live ones
      MergedObjects objects = live ? merge : merge.without(schemas.live(state, storage));
      requireNone(target, objects.conflicts());
      if (!objects.isEmpty()) {
        merged.put(storage, objects);
      }
    }
    return merged;
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

  /** Records what the databases have, now that a merge changed it, for the target's head. */
  public void record(LiveRepository repository, String branchId, Caller caller) {
    RepositoryState state = repository.state();
    BranchState branch = state.branches().byId().get(branchId);
    if (branch != null) {
      schemas.recordNow(repository, branch, state.head(branch), caller);
    }
  }
}
