package dev.epoch.gateway.schema;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableEntry;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.schema.object.ColumnDefinition;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.storage.schema.SchemaReader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a branch has of its own, and has no more, as its tables tell it. */
public final class BranchObjects {
  private final SchemaService schemas;
  private final Backends backends;

  public BranchObjects(SchemaService schemas, Backends backends) {
    this.schemas = schemas;
    this.backends = backends;
  }

  /**
   * Whether tables of a branch need functions or sequences that were made there, and that no commit
   * of it tells as they are; or count in a way that their shapes do not tell.
   *
   * @param tables their names in the repository
   */
  public boolean needUnrecorded(RepositoryState state, BranchState branch, Set<String> tables) {
    List<RegisteredTable> registered =
        tables.stream().map(name -> state.tables().named(name)).flatMap(Optional::stream).toList();
    for (String storage :
        registered.stream().map(RegisteredTable::storage).collect(Collectors.toSet())) {
      Optional<SchemaReader> reader = schemas.reader(state, storage);
      if (reader.isEmpty()) {
        continue;
      }
      DatabaseSchema own =
          reader
              .get()
              .ofBranch(
                  Backends.handle(state, branch),
                  List.copyOf(SchemaService.schemaNames(state, storage)));
      List<SchemaObject> needed =
          own.objects().values().stream()
              .filter(TableDefinition.class::isInstance)
              .filter(object ->
                  registered.stream()
                      .anyMatch(table -> table.tableName().equals(object.name().name())))
              .flatMap(object ->
                  Stream.concat(
                      Stream.of(object).filter(BranchObjects::countsItsOwnWay),
                      object.dependsOn().stream()
                          .flatMap(id -> own.get(id).stream())
                          .filter(BranchObjects::isCalled)))
              .toList();
      if (!needed.isEmpty()) {
        Map<ObjectId, SchemaObject> told =
            SchemaService.recorded(state, state.head(branch), storage)
                .map(recorded ->
                    (Map<ObjectId, SchemaObject>) schemas.read(recorded.schema()).objects())
                .orElse(Map.of());
        if (needed.stream().anyMatch(object -> !object.equals(told.get(object.id())))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Shapes of tables do not tell how identities count. */
  private static boolean countsItsOwnWay(SchemaObject object) {
    return object instanceof TableDefinition table
        && table.columns().stream()
            .map(ColumnDefinition::identity)
            .filter(Objects::nonNull)
            .map(ColumnDefinition.Identity::sequence)
            .anyMatch(options -> options.start() != 1 || options.increment() != 1);
  }

  private static boolean isCalled(SchemaObject object) {
    return object.id().kind() == ObjectKind.FUNCTION
        || object instanceof SequenceDefinition sequence && sequence.ownedBy() == null;
  }

  /**
   * Tables that the branch has dropped since it left the default branch, committed or not, with the
   * sequences that go with them.
   *
   * @param base where they are looked for
   */
  Set<ObjectId> dropped(
      RepositoryState state, BranchState branch, String storage, DatabaseSchema base) {
    Set<String> gone =
        new HashSet<>(backends.dropped(state, branch, Backends.tables(state, branch)));
    CommitState head = state.head(branch);
    SchemaService.fork(state, branch)
        .ifPresent(fork ->
            fork.tree().values().stream()
                .map(TableEntry::tableId)
                .filter(id -> head.entryOf(id).isEmpty())
                .forEach(gone::add));
    if (gone.isEmpty()) {
      return Set.of();
    }
    Set<ObjectId> dropped = new HashSet<>();
    for (String id : gone) {
      RegisteredTable table = state.tables().byId().get(id);
      ObjectName name = new ObjectName(table.schemaName(), table.tableName());
      if (!table.storage().equals(storage) || base.table(name).isEmpty()) {
        continue;
      }
      dropped.add(new ObjectId(ObjectKind.TABLE, name));
      base.objects().values().stream()
          .filter(object ->
              object instanceof SequenceDefinition sequence
                  && sequence.ownedBy() != null
                  && sequence.ownedBy().startsWith(name + "."))
          .map(SchemaObject::id)
          .forEach(dropped::add);
    }
    return dropped;
  }
}
