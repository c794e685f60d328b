package dev.epoch.gateway.copy;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.RegisterTableV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableOrigin;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.copy.MadeTable;
import dev.epoch.storage.copy.TableMaker;
import dev.epoch.storage.state.RowQuery;
import java.util.List;
import java.util.Map;

/** Copies tables from one storage to another. */
public final class TableCopyService {
  private final Backends backends;
  private final StorageService storages;
  private final TableService tables;
  private final ReadService reads;

  public TableCopyService(
      Backends backends, StorageService storages, TableService tables, ReadService reads) {
    this.backends = backends;
    this.storages = storages;
    this.tables = tables;
    this.reads = reads;
  }

  /**
   * What to copy.
   *
   * @param table name of the table
   * @param commit that has the rows
   * @param label for messages: the commit as written
   * @param storage in which the copy is made; null: the default one
   * @param name of the copy in the repository; null: the table's with the storage's behind it
   * @param path of the copy in the storage; null: its name
   */
  public record Request(
      String table, CommitState commit, String label, String storage, String name, String path) {}

  /** A copy, and what of the table it does not have. */
  public record Copied(RegisteredTable table, MadeTable made) {}

  /**
   * Makes a table like another one in another storage, with the rows that it has in a commit, and
   * registers it: both or nothing.
   */
  public Copied copy(LiveRepository repository, Request request, Caller caller) {
    RepositoryState state = repository.state();
    Snapshot snapshot = Snapshot.of(state, request.commit(), request.label());
    TableHandle source = snapshot.table(request.table()).handle();
    StorageState from =
        state.storages().byName().get(state.tables().byId().get(source.id()).storage());
    StorageState to = storages.namedOrDefault(state, request.storage());
    StorageAdapter adapter = backends.adapters().adapter(to);
    TableMaker maker = adapter.tableMaker().orElseThrow(() -> makesNone(to));
    String name = request.name() == null ? request.table() + "_" + to.name() : request.name();
    if (state.tables().named(name).isPresent()) {
      // a repetition of the request is answered what it was answered
      return repeated(repository, caller, name, request, to);
    }
    TablePath path = path(to, request.path() == null ? name : request.path());
    MadeTable made = maker.foresee(path, source.schema(), from.backend().equals(to.backend()));
    TableSchema schema = identified(made.schema(), source.schema());
    RowTranslation translation =
        new RowTranslation(source.schema(), reads.values(state, source), schema, adapter.values());
    RegisteredTable copy =
        tables.registerMade(
            repository,
            new RegisterTableV1(
                name,
                to.name(),
                path.schema(),
                path.table(),
                schema,
                null,
                new TableOrigin(source.id(), new Digest(request.commit().id()))),
            new TableService.Making() {
              @Override
              public void make(OperationId operation) {
                maker.make(
                    operation,
                    path,
                    made,
                    translation.rows(reads.rows(snapshot, request.table(), RowQuery.all())));
              }

              @Override
              public void unmake(OperationId operation) {
                maker.unmake(operation, path);
              }

              @Override
              public void keep(OperationId operation) {
                maker.keep(operation, path);
              }
            },
            caller);
    return new Copied(copy, made);
  }

  private Copied repeated(
      LiveRepository repository, Caller caller, String name, Request request, StorageState to) {
    RegisteredTable there = TableService.get(repository.state(), name);
    TablePath path = new TablePath(there.schemaName(), there.tableName());
    RegisteredTable table =
        tables.registerMade(
            repository,
            new RegisterTableV1(
                name,
                to.name(),
                path.schema(),
                path.table(),
                there.schema(),
                null,
                new TableOrigin(
                    repository.state().tables().named(request.table()).orElse(there).id(),
                    new Digest(request.commit().id()))),
            TableService.Making.NOTHING,
            caller);
    return new Copied(table, new MadeTable(there.schema(), "", List.of(), List.of()));
  }

  private TablePath path(StorageState storage, String path) {
    return backends
        .adapters()
        .factory(storage.backend())
        .path(backends.adapters().settings(storage), path);
  }

  private static RefusedException makesNone(StorageState storage) {
    return new RefusedException(
        Code.VALIDATION,
        "Epoch makes no tables in storage '" + storage.name() + "' (" + storage.backend() + ")",
        Map.of(
            "storage",
            storage.name(),
            "remedy",
            "Make the table there yourself, and register it: epoch table add"));
  }

  /** The columns are those of the other table: rows that are the same have the same hash. */
  private static TableSchema identified(TableSchema made, TableSchema like) {
    List<Column> columns =
        made.columns().stream()
            .map(column -> {
              Column other = like.column(column.name()).orElseThrow();
              return new Column(
                  other.id(),
                  column.name(),
                  column.type(),
                  column.nullable(),
                  column.defaultExpression(),
                  column.generatedExpression(),
                  column.identity(),
                  other.initialDefault(),
                  null);
            })
            .toList();
    return new TableSchema(columns, made.primaryKey(), made.constraints(), made.indexes());
  }
}
