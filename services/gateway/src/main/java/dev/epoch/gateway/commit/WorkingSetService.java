package dev.epoch.gateway.commit;

import dev.epoch.engine.processing.CommitProcessor;
import dev.epoch.engine.processing.Protections;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.StageChangesV1;
import dev.epoch.events.command.UnstageChangesV1;
import dev.epoch.events.event.ChangesStagedV1;
import dev.epoch.events.event.ChangesUnstagedV1;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.BranchObjects;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.Rights;
import dev.epoch.gateway.stream.SchemaOnly;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.access.Verb;
import dev.epoch.model.schema.SchemaChange;
import dev.epoch.model.schema.SchemaDiff;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.PendingChanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Uncommitted work: what there is, what of it is chosen for the next commit, and writing records.
 */
public final class WorkingSetService {
  private static final int MOST_WRITTEN = 10_000;

  private final Backends backends;

  /** Tables on branches that this process has written and not asked about since. */
  private final Set<Written> written = ConcurrentHashMap.newKeySet();

  private record Written(String branchId, String tableId) {}

  public WorkingSetService(Backends backends) {
    this.backends = backends;
  }

  /**
   * How a table differs from the last commit; {@code registered} and {@code removed} say that it is
   * new there, or gone; {@code schemaChanges} is what was done to its columns, constraints and
   * indexes.
   */
  public record TableChange(
      String table,
      long inserted,
      long updated,
      long deleted,
      boolean registered,
      boolean removed,
      boolean staged,
      List<SchemaChange> schemaChanges) {}

  /** Net uncommitted rows by table name; tables without any are left out. */
  public SortedMap<String, PendingChanges> pending(RepositoryState state, BranchState branch) {
    SortedMap<String, PendingChanges> byName = new TreeMap<>();
    backends
        // with columns that are not committed: rows may have values there
        .byAdapter(state, backends.workingTables(state, branch), BranchTable::table)
        .forEach((adapter, tables) -> {
          Map<String, String> names = new HashMap<>();
          tables.forEach(table -> names.put(table.table().id(), table.table().name()));
          adapter
              .pending(Backends.handle(state, branch), tables)
              .forEach((id, changes) -> byName.put(names.get(id), changes));
        });
    return byName;
  }

  /**
   * Names of tables that were written, or whose schema was changed, since the last commit, also if
   * nothing came of it. Databases are not asked where only tables are meant that this process has
   * written itself.
   *
   * @param among only these, all if there are none
   */
  public List<String> touched(RepositoryState state, BranchState branch, List<String> among) {
    Set<String> named = Set.copyOf(among);
    List<BranchTable> looked =
        Backends.tables(state, branch).stream()
            .filter(table -> named.isEmpty() || named.contains(table.table().name()))
            .toList();
    boolean known = true;
    for (BranchTable table : looked) {
      known &= written.remove(new Written(branch.id(), table.table().id()));
    }
    if (known && !named.isEmpty()) {
      return looked.stream().map(table -> table.table().name()).sorted().toList();
    }
    List<String> names = new ArrayList<>();
    backends
        .byAdapter(state, looked, BranchTable::table)
        .forEach((adapter, tables) -> {
          Set<String> touched = adapter.touched(Backends.handle(state, branch), tables);
          tables.stream()
              .filter(table -> touched.contains(table.table().id()))
              .forEach(table -> names.add(table.table().name()));
        });
    names.sort(null);
    return names;
  }

  /** Every table that a commit of everything would take. */
  public List<TableChange> changes(RepositoryState state, BranchState branch) {
    SortedMap<String, PendingChanges> pending = pending(state, branch);
    SortedMap<String, List<SchemaChange>> schemas = schemaChanges(state, branch);
    List<String> touched = new ArrayList<>(pending.keySet());
    touched.addAll(schemas.keySet());
    var registered = CommitProcessor.registered(state, branch);
    var removed = CommitProcessor.removed(state, branch);
    List<String> dropped = dropped(state, branch);
    removed.addAll(dropped);
    touched.addAll(dropped);
    return CommitProcessor.changed(state, branch, touched).stream()
        .map(name -> {
          PendingChanges rows = pending.getOrDefault(name, new PendingChanges(0, 0, 0));
          boolean isNew = registered.contains(name);
          long baseline =
              isNew ? state.tables().named(name).map(RegisteredTable::baselineRows).orElse(0L) : 0;
          return new TableChange(
              name,
              baseline + rows.inserted() - (isNew ? rows.deleted() : 0),
              isNew ? 0 : rows.updated(),
              isNew ? 0 : rows.deleted(),
              isNew,
              removed.contains(name),
              branch.staged().contains(name),
              schemas.getOrDefault(name, List.of()));
        })
        .toList();
  }

  /** Names of tables that clients have dropped on the branch since its last commit. */
  public List<String> dropped(RepositoryState state, BranchState branch) {
    List<BranchTable> tables = Backends.tables(state, branch);
    Set<String> dropped = backends.dropped(state, branch, tables);
    return tables.stream()
        .map(BranchTable::table)
        .filter(table -> dropped.contains(table.id()))
        .map(TableHandle::name)
        .sorted()
        .toList();
  }

  /** Gives the branch back what clients have dropped there since its last commit. */
  public void undrop(RepositoryState state, BranchState branch) {
    List<BranchTable> tables = Backends.tables(state, branch);
    Set<String> dropped = backends.dropped(state, branch, tables);
    backends
        .byAdapter(
            state,
            tables.stream()
                .map(BranchTable::table)
                .filter(table -> dropped.contains(table.id()))
                .toList(),
            table -> table)
        .forEach((adapter, there) ->
            adapter
                .ownTables()
                .ifPresent(own -> own.undrop(Backends.handle(state, branch), there)));
  }

  /** Names of tables that clients have made on the branch and that are not versioned. */
  public List<String> untracked(RepositoryState state, BranchState branch) {
    if (state.isDefault(branch)) {
      return List.of();
    }
    return Backends.tables(state, branch).stream()
        .map(table -> backends.adapter(state, table.table()))
        .distinct()
        .flatMap(adapter -> adapter.ownTables().stream())
        .flatMap(own -> own.made(Backends.handle(state, branch)).stream())
        .sorted()
        .toList();
  }

  /** {@link BranchObjects#needUnrecorded}. */
  boolean needUnrecorded(
      SchemaService schemas, RepositoryState state, BranchState branch, Set<String> tables) {
    return new BranchObjects(schemas, backends).needUnrecorded(state, branch, tables);
  }

  /**
   * Refuses a commit of some changed tables that refer to others which it leaves.
   *
   * @param chosen names of those that it takes
   */
  void requireWhole(RepositoryState state, BranchState branch, Set<String> chosen) {
    Set<String> changed = new TreeSet<>(pending(state, branch).keySet());
    changed.addAll(schemaChanges(state, branch).keySet());
    Set<String> left = new TreeSet<>(changed);
    left.removeAll(chosen);
    changed.retainAll(chosen);
    if (!changed.isEmpty() && !left.isEmpty()) {
      new PartialCommits(backends, state, branch).requireWhole(changed, left);
    }
  }

  /** What was done to schemas and is not committed, by table name. */
  public SortedMap<String, List<SchemaChange>> schemaChanges(
      RepositoryState state, BranchState branch) {
    List<BranchTable> tables = Backends.tables(state, branch);
    Map<String, TableSchema> changed = backends.schemas(state, branch, tables);
    SortedMap<String, List<SchemaChange>> changes = new TreeMap<>();
    for (BranchTable table : tables) {
      TableSchema now = changed.get(table.table().id());
      if (now != null) {
        changes.put(
            table.table().name(), SchemaDiff.between(table.table().schema(), now).changes());
      }
    }
    return changes;
  }

  /**
   * Stages tables; all changed ones if none is named.
   *
   * @return how many are staged by it
   */
  public int stage(LiveRepository repository, String branch, List<String> tables, Caller caller) {
    RepositoryState state = repository.state();
    Optional<StepResult> former = StepResult.former(state, RecordType.STAGE_CHANGES_V1, caller);
    if (former.isPresent()) {
      return Integer.parseInt(former.get().formerFacts().get("count"));
    }
    List<String> names =
        tables.isEmpty()
            ? changes(state, References.branch(state, branch)).stream()
                .map(TableChange::table)
                .toList()
            : tables;
    StepResult result = repository.step(new StageChangesV1(branch, names), caller).orRefuse();
    return result
        .event(ChangesStagedV1.class)
        .map(staged -> staged.tables().size())
        .orElseGet(() -> Integer.parseInt(result.formerFacts().get("count")));
  }

  public int unstage(LiveRepository repository, String branch, List<String> tables, Caller caller) {
    StepResult result = repository.step(new UnstageChangesV1(branch, tables), caller).orRefuse();
    return result
        .event(ChangesUnstagedV1.class)
        .map(unstaged -> unstaged.tables().size())
        .orElseGet(() -> Integer.parseInt(result.formerFacts().get("count")));
  }

  /**
   * Writes records as uncommitted changes of the branch; on the default branch into the live table.
   * With an idempotency key it is done once, as far as the table's database remembers.
   *
   * @throws RefusedException where whoever asks may not commit to the branch, or it is schema-only
   */
  public WriteResult write(
      RepositoryState state,
      BranchState branch,
      String table,
      List<RowWrite> writes,
      Caller caller) {
    caller.requireOwnKey(state);
    SchemaOnly.requireRows(branch);
    Rights.require(state, caller.principal(), Verb.COMMIT, branch.name(), table);
    Protections.refuseCommit(state, branch, caller.actor(), "write records to")
        .ifPresent(refusal -> {
          throw new RefusedException(refusal);
        });
    BranchTable target =
        Backends.tables(state, branch).stream()
            .filter(candidate -> candidate.table().name().equals(table))
            .findFirst()
            .orElseThrow(() -> tableNotFound(table, branch));
    WriteResult result =
        backends
            .adapter(state, target.table())
            .write(Backends.handle(state, branch), target, writes, caller.writeKey(state.name()));
    if (result.inserted() + result.updated() + result.deleted() > 0) {
      if (written.size() >= MOST_WRITTEN) {
        written.clear();
      }
      written.add(new Written(branch.id(), target.table().id()));
    }
    return result;
  }

  public static RefusedException tableNotFound(String table, BranchState branch) {
    return new RefusedException(
        Code.TABLE_NOT_FOUND,
        "Table '" + table + "' is not on branch '" + branch.name() + "'",
        Map.of("table", table, "branch", branch.name()));
  }
}
