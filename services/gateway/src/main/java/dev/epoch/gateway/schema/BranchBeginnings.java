package dev.epoch.gateway.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.schema.SchemaService.Recorded;
import dev.epoch.model.schema.merge.MergedObjects;
import dev.epoch.model.schema.merge.SchemaResolution;
import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a branch begins with beside rows: views, functions, triggers and the like that commits up to
 * its head recorded since they left the default branch, and that are not live.
 */
public final class BranchBeginnings {
  private final SchemaService schemas;

  public BranchBeginnings(SchemaService schemas) {
    this.schemas = schemas;
  }

  /** Whether commits recorded anything of the kind; no database is asked. */
  public static boolean hasOwn(RepositoryState state, BranchState branch, String storage) {
    if (state.schemas().isEmpty() || state.isDefault(branch)) {
      return false;
    }
    Optional<Recorded> head = SchemaService.recorded(state, state.head(branch), storage);
    return head.isPresent()
        && fork(state, branch, storage)
            .filter(fork -> !fork.schema().schema().equals(head.get().schema().schema()))
            .isPresent();
  }

  private static Optional<Recorded> fork(
      RepositoryState state, BranchState branch, String storage) {
    return SchemaService.fork(state, branch)
        .flatMap(fork -> SchemaService.recorded(state, fork, storage));
  }

  /**
   * What makes them beside the live ones.
   *
   * @throws dev.epoch.storage.error.StorageException if the database does not tell what is live
   */
  public SchemaSteps steps(RepositoryState state, BranchState branch, String storage) {
    CommitState head = state.head(branch);
    DatabaseSchema live = schemas.live(state, storage);
    MergedObjects merged =
        MergedObjects.of(
                schemas.read(fork(state, branch, storage).orElseThrow().schema()),
                live,
                schemas.read(SchemaService.recorded(state, head, storage).orElseThrow().schema()),
                versioned(state, head, storage),
                _ -> Optional.of(new SchemaResolution.Theirs()))
            .givenOnly();
    DatabaseSchema now = merged.withComing(live);
    DatabaseSchema after = merged.after(now);
    return SchemaSteps.between(now, after.ownedAs(merged.makers()));
  }

  private static Set<ObjectName> versioned(
      RepositoryState state, CommitState head, String storage) {
    return head.tree().values().stream()
        .map(entry -> state.tables().byId().get(entry.tableId()))
        .filter(table -> !table.removed() && table.storage().equals(storage))
        .map(BranchBeginnings::name)
        .collect(Collectors.toSet());
  }

  private static ObjectName name(RegisteredTable table) {
    return new ObjectName(table.schemaName(), table.tableName());
  }
}
