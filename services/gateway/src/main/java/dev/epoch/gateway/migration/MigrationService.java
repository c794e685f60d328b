package dev.epoch.gateway.migration;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectKind;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.object.SequenceDefinition;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What it takes to make the schema of one ref, or of the database, that of another. */
public final class MigrationService {
  private final Backends backends;
  private final SchemaService schemas;

  public MigrationService(Backends backends, SchemaService schemas) {
    this.backends = backends;
    this.schemas = schemas;
  }

  /** One of two states whose schemas are compared. */
  public sealed interface Side {
    /** As a commit has it. */
    record Committed(CommitState commit) implements Side {}

    /** As clients of a branch have it now. */
    record Live(BranchState branch) implements Side {}
  }

  /**
   * Both schemas, in terms that can be compared.
   *
   * @param whole whether they have all objects; else the shapes of the registered tables, with the
   *     enums and sequences that these tell of
   * @param known hash of the former, null if nobody has recorded it
   */
  public record Sides(DatabaseSchema before, DatabaseSchema after, boolean whole, Digest known) {
    /** Of the former schema. */
    public Digest hash() {
      return known == null ? SchemaTree.of(before).root() : known;
    }
  }

  /**
   * All objects of a database.
   *
   * @param schema without the identities of columns
   * @param commit null for one that is live
   * @param hash null for one that is live
   */
  private record Whole(DatabaseSchema schema, CommitState commit, Digest hash) {}

  /** All objects if both states tell them, else the registered tables. */
  public Sides sides(RepositoryState state, Side before, Side after) {
    List<String> storages = schemas.storages(state);
    if (storages.size() == 1) {
      Optional<Whole> one = whole(state, before, storages.getFirst());
      Optional<Whole> other = one.isEmpty() ? one : whole(state, after, storages.getFirst());
      if (other.isPresent()) {
        Set<ObjectId> differing = differing(state, one.get(), other.get());
        return new Sides(
            withIds(state, one.get(), differing),
            withIds(state, other.get(), differing),
            true,
            one.get().hash());
      }
    }
    DatabaseSchema one = shapes(state, before);
    DatabaseSchema other = shapes(state, after);
    if (storages.size() == 1
        && before instanceof Side.Committed(CommitState commit)
        && after instanceof Side.Live(BranchState branch)
        && !state.isDefault(branch)) {
      BesideTables beside = new BesideTables(schemas, storages.getFirst());
      return new Sides(
          beside.of(one, beside.at(state, commit)),
          beside.of(other, schemas.of(state, branch, storages.getFirst())),
          false,
          null);
    }
    return new Sides(one, withKept(one, other), false, null);
  }

  /**
   * Shapes tell of types and sequences where columns have them: of one that no column has any more
   * nobody says that it was dropped.
   */
  private static DatabaseSchema withKept(DatabaseSchema before, DatabaseSchema after) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(after.objects());
    before.objects().values().stream()
        .filter(object ->
            switch (object) {
              case TableDefinition _ -> false;
              // it goes with its column
              case SequenceDefinition sequence -> sequence.ownedBy() == null;
              default -> true;
            })
        .forEach(object -> objects.putIfAbsent(object.id(), object));
    return new DatabaseSchema(objects);
  }

  private Optional<Whole> whole(RepositoryState state, Side side, String storage) {
    return switch (side) {
      case Side.Live(BranchState branch) ->
          Optional.of(new Whole(schemas.of(state, branch, storage), null, null));
      case Side.Committed(CommitState commit) ->
          SchemaService.recorded(state, commit, storage)
              // a commit that recorded none has those of one before it, if it can
              .filter(recorded -> SchemaService.sameShapes(recorded.commit(), commit))
              .map(recorded ->
                  new Whole(schemas.read(recorded.schema()), commit, recorded.schema().schema()));
    };
  }

  /**
   * Objects that are not the same on both sides: few are looked into where schemas share objects.
   * Tables of which commits say something else are among them: a column may have gone and come
   * back.
   */
  private static Set<ObjectId> differing(RepositoryState state, Whole one, Whole other) {
    Set<ObjectId> differing = new HashSet<>();
    one.schema()
        .objects()
        .forEach((id, object) -> {
          if (!object.equals(other.schema().objects().get(id))) {
            differing.add(id);
          }
        });
    other.schema().objects().keySet().stream()
        .filter(id -> !one.schema().objects().containsKey(id))
        .forEach(differing::add);
    if (one.commit() != null && other.commit() != null) {
      other
          .commit()
          .tree()
          .forEach((name, entry) -> {
            TableEntry former = one.commit().tree().get(name);
            if (former == null || !former.schemaHash().equals(entry.schemaHash())) {
              differing.add(id(state, entry));
            }
          });
    }
    return differing;
  }

  private static ObjectId id(RepositoryState state, TableEntry entry) {
    RegisteredTable table = state.tables().byId().get(entry.tableId());
    return new ObjectId(ObjectKind.TABLE, new ObjectName(table.schemaName(), table.tableName()));
  }

  /** Columns of these tables get the identities that the commit gave them. */
  private DatabaseSchema withIds(RepositoryState state, Whole whole, Set<ObjectId> differing) {
    if (whole.commit() == null || differing.isEmpty()) {
      return whole.schema();
    }
    SchemaDialect dialect = schemas.dialect();
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(whole.schema().objects());
    for (TableEntry entry : whole.commit().tree().values()) {
      RegisteredTable table = state.tables().byId().get(entry.tableId());
      ObjectId id = id(state, entry);
      if (differing.contains(id)
          && (!table.removed() || table.kept())
          && objects.get(id) instanceof TableDefinition definition) {
        TableHandle handle = Backends.handle(state, entry);
        dialect
            .shapes(Map.of(TableAlterations.name(handle.path()), handle.schema()))
            .table(id.name())
            .ifPresent(shape -> objects.put(id, definition.withIdsOf(shape)));
      }
    }
    return new DatabaseSchema(objects);
  }

  /** The shapes of the registered tables. */
  private DatabaseSchema shapes(RepositoryState state, Side side) {
    Map<ObjectName, TableSchema> tables = new LinkedHashMap<>();
    switch (side) {
      case Side.Committed(CommitState commit) ->
          Snapshot.of(state, commit, commit.id())
              .tables()
              .values()
              .forEach(table -> add(tables, table.handle()));
      case Side.Live(BranchState branch) -> {
        if (state.isDefault(branch)) {
          live(state, tables);
        } else {
          backends.workingTables(state, branch).forEach(table -> add(tables, table.table()));
        }
      }
    }
    return schemas.dialect().shapes(tables);
  }

  private static void add(Map<ObjectName, TableSchema> tables, TableHandle table) {
    tables.put(TableAlterations.name(table.path()), table.schema());
  }

  private void live(RepositoryState state, Map<ObjectName, TableSchema> tables) {
    for (RegisteredTable table : registered(state)) {
      if (table.branch() != null && !Backends.isLive(state, table)) {
        // made on a branch, and not merged yet
        continue;
      }
      TablePath path = new TablePath(table.schemaName(), table.tableName());
      tables.put(
          TableAlterations.name(path),
          backends.adapter(state, table).introspect(path, table.schema().primaryKey()).schema());
    }
  }

  static List<RegisteredTable> registered(RepositoryState state) {
    List<RegisteredTable> tables = new ArrayList<>();
    state.tables().idByName().values().forEach(id -> tables.add(state.tables().byId().get(id)));
    return tables;
  }

  /**
   * The objects that belong to one table.
   *
   * @param table name in the repository; null for all that differ
   * @return both sides with those objects alone that the table needs, and that need it
   * @throws RefusedException if neither side has the table
   */
  public Migration between(
      RepositoryState state,
      DatabaseSchema before,
      DatabaseSchema after,
      String table,
      MigrationOptions options) {
    if (table == null) {
      return schemas.dialect().between(before, after, options);
    }
    ObjectName name = name(state, table);
    if (before.table(name).isEmpty() && after.table(name).isEmpty()) {
      throw new RefusedException(
          Code.TABLE_NOT_FOUND,
          "Table '" + table + "' is on neither side",
          Map.of("table", table, "remedy", "epoch table list"));
    }
    Set<ObjectId> wanted = new HashSet<>();
    for (DatabaseSchema side : List.of(before, after)) {
      side.table(name)
          .ifPresent(definition -> {
            wanted.add(definition.id());
            wanted.addAll(definition.dependsOn());
          });
    }
    return schemas.dialect().between(before, only(before, after, wanted), options);
  }

  /** The former schema with the wanted objects as the latter has them. */
  private static DatabaseSchema only(
      DatabaseSchema before, DatabaseSchema after, Set<ObjectId> wanted) {
    TreeMap<ObjectId, SchemaObject> objects = new TreeMap<>(before.objects());
    for (ObjectChange change : SchemaDifference.between(before, after).changes().values()) {
      if (wanted.contains(change.id())) {
        after
            .get(change.id())
            .ifPresentOrElse(
                object -> objects.put(change.id(), object), () -> objects.remove(change.id()));
      }
    }
    return new DatabaseSchema(objects);
  }

  private static ObjectName name(RepositoryState state, String table) {
    return registered(state).stream()
        .filter(registration -> registration.name().equals(table))
        .findFirst()
        .map(registration -> new ObjectName(registration.schemaName(), registration.tableName()))
        .orElseGet(() -> new ObjectName("public", table));
  }

  /** Schemas of a storage that hold registered tables; the first is that of scripts. */
  static List<String> schemasOf(RepositoryState state, String storage) {
    return registered(state).stream()
        .filter(table -> table.storage().equals(storage))
        .map(RegisteredTable::schemaName)
        .distinct()
        .toList();
  }

  /** Schema that most registered tables are in: scripts name its objects without it. */
  public static String defaultSchema(RepositoryState state) {
    return registered(state).stream().map(RegisteredTable::schemaName).findFirst().orElse("public");
  }
}
