package dev.epoch.gateway.migration;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.diff.ObjectChange;
import dev.epoch.model.schema.diff.SchemaDifference;
import dev.epoch.model.schema.migration.Migration;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TablePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What it takes to make the schema of one ref, or of the database, that of another. */
public final class MigrationService {
  private final Backends backends;

  public MigrationService(Backends backends) {
    this.backends = backends;
  }

  /** The shapes of the tables that a commit has. */
  public DatabaseSchema at(RepositoryState state, CommitState commit) {
    TableShapes shapes = new TableShapes();
    Snapshot.of(state, commit, commit.id())
        .tables()
        .values()
        .forEach(table -> shapes.add(table.handle().path(), table.handle().schema()));
    return shapes.schema();
  }

  /** The shapes that the registered tables have in their databases now. */
  public DatabaseSchema live(RepositoryState state) {
    TableShapes shapes = new TableShapes();
    for (RegisteredTable table : registered(state)) {
      StorageAdapter adapter = backends.adapter(state, table);
      TablePath path = new TablePath(table.schemaName(), table.tableName());
      shapes.add(path, adapter.introspect(path, table.schema().primaryKey()).schema());
    }
    return shapes.schema();
  }

  private static List<RegisteredTable> registered(RepositoryState state) {
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
  public static Migration between(
      RepositoryState state,
      DatabaseSchema before,
      DatabaseSchema after,
      String table,
      MigrationOptions options) {
    if (table == null) {
      return Migration.between(before, after, options);
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
    return Migration.between(before, only(before, after, wanted), options);
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

  /** Schema that most registered tables are in: scripts name its objects without it. */
  public static String defaultSchema(RepositoryState state) {
    return registered(state).stream().map(RegisteredTable::schemaName).findFirst().orElse("public");
  }
}
