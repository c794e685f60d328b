package dev.epoch.gateway.drift;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.schema.SchemaService.Recorded;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.object.TableDefinition;
import dev.epoch.model.schema.snapshot.SchemaTree;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.schema.SchemaReader;
import dev.epoch.storage.schema.TableHealth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** What is recorded of tables' schemas, how far the databases are from it, and how tables do. */
public final class SchemaStatusService {
  private final Backends backends;
  private final SchemaService schemas;

  public SchemaStatusService(Backends backends, SchemaService schemas) {
    this.backends = backends;
    this.schemas = schemas;
  }

  /** How many of the commits that hold a table tell its schema. */
  public enum Historical {
    YES,
    NO
  }

  /** Whether a database is as the latest record says. */
  public enum Live {
    SYNCED,
    DRIFTED,
    /** The backend does not tell. */
    UNKNOWN,
    /** The table is gone. */
    MISSING
  }

  /**
   * A table.
   *
   * @param recorded whether the head or a commit before it tells its schema
   * @param health null where the backend tells none
   */
  public record Status(
      RegisteredTable table,
      String backend,
      boolean recorded,
      Historical historical,
      Live live,
      TableHealth health) {}

  /**
   * @param tables names, empty for all
   */
  public List<Status> of(RepositoryState state, BranchState branch, List<String> tables) {
    List<RegisteredTable> asked =
        tables.isEmpty()
            ? new TreeSet<>(state.tables().idByName().keySet())
                .stream()
                    .map(name -> TableService.get(state, name))
                    // others were made on a branch, and are not merged yet
                    .filter(table -> table.branch() == null || Backends.isLive(state, table))
                    .toList()
            : tables.stream().map(name -> TableService.get(state, name)).toList();
    Map<String, Observed> storages = new HashMap<>();
    return asked.stream()
        .map(table ->
            status(
                state,
                table,
                storages.computeIfAbsent(
                    table.storage(), storage -> observe(state, branch, storage, asked))))
        .toList();
  }

  /**
   * One database.
   *
   * @param live null where the backend does not tell
   * @param last what is recorded last
   */
  private record Observed(
      DatabaseSchema live,
      Optional<DatabaseSchema> last,
      CommitState head,
      Map<TablePath, TableHealth> health) {}

  private Observed observe(
      RepositoryState state, BranchState branch, String storage, List<RegisteredTable> asked) {
    StorageAdapter adapter = backends.adapters().adapter(state.storages().byName().get(storage));
    CommitState head = state.head(branch);
    Optional<Recorded> recorded = SchemaService.recorded(state, head, storage);
    Optional<SchemaReader> reader = adapter.schemas();
    Map<TablePath, TableHealth> health = new HashMap<>();
    reader.ifPresent(source ->
        source
            .health(
                asked.stream()
                    .filter(table -> table.storage().equals(storage))
                    .map(SchemaStatusService::path)
                    .toList())
            .forEach(found -> health.put(found.path(), found)));
    return new Observed(
        reader.isPresent() ? schemas.of(state, branch, storage) : null,
        recorded.map(found -> schemas.read(found.schema())),
        head,
        health);
  }

  private static TablePath path(RegisteredTable table) {
    return new TablePath(table.schemaName(), table.tableName());
  }

  private Status status(RepositoryState state, RegisteredTable table, Observed observed) {
    ObjectName name = new ObjectName(table.schemaName(), table.tableName());
    Optional<TableDefinition> last = observed.last().flatMap(schema -> schema.table(name));
    return new Status(
        table,
        state.storages().byName().get(table.storage()).backend(),
        last.isPresent() || observed.head().tree().containsKey(table.name()),
        historical(table, observed),
        live(state, table, name, last, observed),
        observed.health().get(path(table)));
  }

  /** Each commit that has a table tells its shape, whatever it records beside. */
  private static Historical historical(RegisteredTable table, Observed observed) {
    return observed.head().tree().containsKey(table.name()) ? Historical.YES : Historical.NO;
  }

  private Live live(
      RepositoryState state,
      RegisteredTable table,
      ObjectName name,
      Optional<TableDefinition> last,
      Observed observed) {
    if (observed.live() == null) {
      return Live.UNKNOWN;
    }
    Optional<TableDefinition> now = observed.live().table(name);
    if (now.isEmpty()) {
      return Live.MISSING;
    }
    if (last.isPresent()) {
      return SchemaTree.hash(now.get()).equals(SchemaTree.hash(last.get()))
          ? Live.SYNCED
          : Live.DRIFTED;
    }
    return asRegistered(state, table) ? Live.SYNCED : Live.DRIFTED;
  }

  private boolean asRegistered(RepositoryState state, RegisteredTable table) {
    TableSchema known = Backends.newest(state, table).schema();
    try {
      return SchemaHash.shape(
              backends.adapter(state, table).introspect(path(table), known.primaryKey()).schema())
          .equals(SchemaHash.shape(known));
    } catch (TableNotFoundException gone) {
      return false;
    }
  }
}
