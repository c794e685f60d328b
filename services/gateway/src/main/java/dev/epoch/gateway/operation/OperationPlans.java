package dev.epoch.gateway.operation;

import dev.epoch.engine.Continuation;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.OperationState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.event.OperationPlan;
import dev.epoch.events.event.OperationPlan.TableMerge;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.StoredSchema;
import dev.epoch.events.table.TableEntry;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.model.schema.SchemaHash;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.Operation.TableOperation;
import dev.epoch.storage.operation.OperationResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The physical half of prepared operations, made anew from what the log says of them: what to do in
 * which database, what it did, and the facts that complete the operation. The same code serves a
 * living server and recovery.
 */
public final class OperationPlans {
  private final Backends backends;
  private final TableEntries entries;
  private final SchemaService schemas;

  public OperationPlans(Backends backends, TableEntries entries, SchemaService schemas) {
    this.backends = backends;
    this.entries = entries;
    this.schemas = schemas;
  }

  /** What is to be done, in order. Registration and removal of tables are not of this kind. */
  List<OperationPart> physical(RepositoryState state, OperationState operation) {
    return physical(state, operation, false);
  }

  /** The same to be undone: tables of a branch have the schemas that its head says. */
  List<OperationPart> undone(RepositoryState state, OperationState operation) {
    return physical(state, operation, true);
  }

  private List<OperationPart> physical(
      RepositoryState state, OperationState operation, boolean undone) {
    BranchHandle branch = Backends.handle(state, state.branches().byId().get(operation.branchId()));
    Map<StorageAdapter, Operation> byAdapter = new LinkedHashMap<>();
    backends
        .byAdapter(state, tableOperations(state, operation, undone), part -> part.table().table())
        .forEach((adapter, parts) ->
            byAdapter.put(adapter, new Operation(id(operation), branch, parts)));
    if (operation.plan() instanceof OperationPlan.Merge plan && !plan.liveTables().isEmpty()) {
      Map<String, BranchTable> tables = branchTables(state, operation);
      List<BranchTable> live = plan.liveTables().stream().map(tables::get).toList();
      backends
          .byAdapter(state, live, BranchTable::table)
          .forEach((adapter, there) ->
              byAdapter.merge(
                  adapter,
                  new Operation(id(operation), branch, List.of(), there),
                  (merge, _) -> new Operation(merge.id(), branch, merge.tables(), there)));
    }
    List<OperationPart> parts = new ArrayList<>();
    byAdapter.forEach((adapter, whole) -> parts.addAll(OperationPart.of(adapter, whole)));
    return parts;
  }

  public static OperationId id(OperationState operation) {
    return new OperationId(operation.id(), operation.position());
  }

  private List<TableOperation> tableOperations(
      RepositoryState state, OperationState operation, boolean undone) {
    boolean former = undone && !state.isDefault(state.branches().byId().get(operation.branchId()));
    Map<String, BranchTable> tables = branchTables(state, operation);
    List<TableOperation> parts = new ArrayList<>();
    switch (operation.plan()) {
      case OperationPlan.Commit plan ->
          plan.tables().forEach(id -> parts.add(new Operation.CommitWorkingSet(tables.get(id))));
      case OperationPlan.Merge plan -> {
        for (TableMerge merge : plan.tables()) {
          parts.add(part(state, operation, plan, merge, tables.get(merge.tableId()), former));
        }
      }
      case OperationPlan.RegisterTable plan -> {}
      case OperationPlan.RemoveTable plan -> {}
    }
    return parts;
  }

  /**
   * @param table as the branch has it, null if it has it not
   * @param former whether tables have the schemas that they had before
   */
  private TableOperation part(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      TableMerge merge,
      BranchTable table,
      boolean former) {
    return switch (merge) {
      case TableMerge.Repoint repoint -> {
        TableHandle source = Backends.handle(state, source(state, plan, repoint));
        BranchTable pointed =
            table == null
                ? new BranchTable(source, repoint.to())
                : former ? table : new BranchTable(source, table.head());
        yield new Operation.Repoint(pointed, repoint.to(), objects(pointed, repoint.steps()));
      }
      case TableMerge.Drop drop -> new Operation.Drop(table, drop.whateverWritten());
      case TableMerge.Write write -> {
        BranchTable before = before(state, operation, plan, write, table);
        yield former
            ? new Operation.MergeRows(
                before,
                write.anchor(),
                write.alteration() == null ? null : objects(before, write.alteration().steps()),
                write.schemaHash() != null)
            : mergeRows(state, operation, before, write);
      }
    };
  }

  /** Where the branch keeps the rows: of a table that comes back, where it did when it had it. */
  private static BranchTable before(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      TableMerge.Write merge,
      BranchTable table) {
    BranchState branch = state.branches().byId().get(operation.branchId());
    return plan.newTables().contains(merge.tableId()) && !state.isDefault(branch)
        ? Backends.last(state, state.head(branch), merge.tableId())
            .map(last -> new BranchTable(Backends.handle(state, last), last.location()))
            .orElse(table)
        : table;
  }

  /** The entry of a table in the commit that it comes from: of a rebase where the branch moves. */
  private static TableEntry source(
      RepositoryState state, OperationPlan.Merge plan, TableMerge merge) {
    String commit = plan.onto() == null ? plan.sourceCommit() : plan.onto();
    return state.commits().byId().get(commit).entryOf(merge.tableId()).orElseThrow();
  }

  /**
   * What becomes of views and functions beside a table, which keeps its schema; null if nothing.
   */
  private Operation.SchemaStep objects(BranchTable table, OperationPlan.SchemaSteps steps) {
    return steps == null
        ? null
        : new Operation.SchemaStep(
            table.table().schema(), schemas.read(steps), List.of(), List.of());
  }

  /** A live table gets its schema in the operation; another has it from then on. */
  private TableOperation mergeRows(
      RepositoryState state, OperationState operation, BranchTable table, TableMerge.Write merge) {
    OperationPlan.Alteration alteration = merge.alteration();
    if (alteration == null) {
      return new Operation.MergeRows(
          after(state, table, merge), merge.anchor(), null, merge.schemaHash() != null);
    }
    boolean live = state.isDefault(state.branches().byId().get(operation.branchId()));
    return new Operation.MergeRows(
        live ? table : after(state, table, merge),
        merge.anchor(),
        new Operation.SchemaStep(
            state.tables().schema(merge.schemaHash()),
            schemas.read(alteration.steps()),
            alteration.notNull(),
            alteration.constraints()),
        live || !state.tables().schema(merge.schemaHash()).equals(table.table().schema()));
  }

  /** The table with the schema that the merge gives it. */
  private static BranchTable after(
      RepositoryState state, BranchTable table, TableMerge.Write merge) {
    return merge.schemaHash() == null
        ? table
        : new BranchTable(
            table.table().with(state.tables().schema(merge.schemaHash())), table.head());
  }

  private static Map<String, BranchTable> branchTables(
      RepositoryState state, OperationState operation) {
    Map<String, BranchTable> tables = new HashMap<>();
    Backends.tables(state, state.branches().byId().get(operation.branchId()))
        .forEach(table -> tables.put(table.table().id(), table));
    if (operation.plan() instanceof OperationPlan.Merge merge) {
      // those that come with the merge begin as they were registered
      for (TableMerge table : merge.tables()) {
        if (table instanceof TableMerge.Write) {
          tables.computeIfAbsent(
              table.tableId(), id -> Backends.registered(state, state.tables().byId().get(id)));
        }
      }
    }
    return tables;
  }

  /** The step that completes the operation, with facts read from the databases. */
  Continuation completion(RepositoryState state, OperationState operation, OperationResult done) {
    return switch (operation.plan()) {
      case OperationPlan.Commit plan -> {
        Schemas schemas = Schemas.found(state, done);
        List<TableEntry> entries =
            changed(state, operation, new Before(state, operation), schemas, schemas, done);
        yield new Continuation.CompleteCommit(
            operation.id(), entries, schemas.of(entries), List.copyOf(done.dropped()));
      }
      case OperationPlan.Merge plan -> completion(state, operation, plan, done);
      case OperationPlan.RegisterTable plan ->
          throw new IllegalArgumentException("a registration completes otherwise");
      case OperationPlan.RemoveTable plan -> new Continuation.CompleteRemoval(operation.id());
    };
  }

  private Continuation completion(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      OperationResult done) {
    Before before = Before.of(state, operation, plan);
    Schemas found = Schemas.found(state, done);
    Schemas schemas = found.and(plan, done);
    List<TableEntry> live =
        changed(
            state,
            operation,
            before,
            found,
            Schemas.found(state, new OperationResult(Map.of())),
            new OperationResult(
                liveLocations(state, operation, plan, done), Map.of(), done.committed()));
    if (plan.fastForward() && live.isEmpty() && !hasOtherSchemas(state, operation, done)) {
      return new Continuation.CompleteMerge(operation.id(), live, List.of(), done.locations());
    }
    List<TableEntry> merged =
        mergedEntries(state, operation, plan, before.after(live), schemas, found, done.locations());
    if (plan.fastForward() && live.isEmpty() && areOfSource(state, plan, merged)) {
      return new Continuation.CompleteMerge(operation.id(), live, List.of(), done.locations());
    }
    List<StoredSchema> all = new ArrayList<>(found.of(live));
    all.addAll(schemas.of(merged));
    Map<String, RowsLocation> locations = new HashMap<>(done.locations());
    if (plan.onto() != null) {
      BranchState branch = state.branches().byId().get(operation.branchId());
      for (TableEntry entry : asTheyAre(state, plan)) {
        if (locations.putIfAbsent(entry.tableId(), branch.location(entry)) == null) {
          merged.add(entry);
        }
      }
      merged.sort(Comparator.comparing(TableEntry::name));
    }
    return new Continuation.CompleteMerge(operation.id(), live, merged, locations, all);
  }

  /** Whether a live table has another schema by it than the head of the branch tells. */
  private static boolean hasOtherSchemas(
      RepositoryState state, OperationState operation, OperationResult done) {
    CommitState head = state.head(state.branches().byId().get(operation.branchId()));
    return done.altered().entrySet().stream()
        .anyMatch(altered ->
            head.entryOf(altered.getKey())
                .filter(entry -> entry.schemaHash().equals(SchemaHash.of(altered.getValue())))
                .isEmpty());
  }

  /** Whether tables that got another schema have become just what the source's are. */
  private static boolean areOfSource(
      RepositoryState state, OperationPlan.Merge plan, List<TableEntry> merged) {
    CommitState source = state.commits().byId().get(plan.sourceCommit());
    return plan.onto() == null
        && merged.stream()
            .allMatch(entry ->
                source
                    .entryOf(entry.tableId())
                    .filter(theirs ->
                        theirs.name().equals(entry.name())
                            && theirs.contentHash().equals(entry.contentHash())
                            && theirs.schemaHash().equals(entry.schemaHash()))
                    .isPresent());
  }

  /** What a commit changed that is made again where these tables are as they were before it. */
  private static List<TableEntry> asTheyAre(RepositoryState state, OperationPlan.Merge plan) {
    CommitState commit = state.commits().byId().get(plan.sourceCommit());
    CommitState parent = state.commits().byId().get(commit.parents().getFirst());
    CommitState onto = state.commits().byId().get(plan.onto());
    return commit.changed().stream()
        .filter(entry -> !state.tables().byId().get(entry.tableId()).removed())
        .filter(entry -> {
          TableEntry there = onto.tree().get(entry.name());
          TableEntry before = parent.tree().get(entry.name());
          return before != null
              && there != null
              && there.contentHash().equals(before.contentHash())
              && there.schemaHash().equals(before.schemaHash());
        })
        .toList();
  }

  /** Also of tables of which nothing but the schema was changed. */
  private static Map<String, RowsLocation> liveLocations(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      OperationResult done) {
    Map<String, RowsLocation> locations = new HashMap<>(done.live());
    Map<String, BranchTable> tables = branchTables(state, operation);
    plan.liveTables().stream()
        .filter(done.schemas()::containsKey)
        .forEach(id -> locations.putIfAbsent(id, tables.get(id).head()));
    return locations;
  }

  /**
   * What tables are like after the operation.
   *
   * @param found by table id: as the database found them
   * @param given by table id: hashes of those that the plan gives them
   */
  private record Schemas(
      RepositoryState state, Map<String, TableSchema> found, Map<String, Digest> given) {

    static Schemas found(RepositoryState state, OperationResult done) {
      return new Schemas(state, done.schemas(), Map.of());
    }

    /** The same when the merge has given tables what it gives them. */
    Schemas and(OperationPlan.Merge plan, OperationResult done) {
      Map<String, Digest> hashes = new HashMap<>();
      for (TableMerge merge : plan.tables()) {
        if (merge instanceof TableMerge.Write write && write.schemaHash() != null) {
          hashes.put(write.tableId(), write.schemaHash());
        }
      }
      Map<String, TableSchema> after = new HashMap<>(found);
      after.putAll(done.altered());
      return new Schemas(state, after, hashes);
    }

    TableSchema after(TableHandle table) {
      return found.containsKey(table.id())
          ? found.get(table.id())
          : given.containsKey(table.id())
              ? state.tables().schema(given.get(table.id()))
              : table.schema();
    }

    /** Those that entries name. */
    List<StoredSchema> of(List<TableEntry> entries) {
      return entries.stream()
          .filter(entry -> found.containsKey(entry.tableId()))
          .map(entry -> {
            TableSchema schema = found.get(entry.tableId());
            return new StoredSchema(entry.tableId(), SchemaHash.of(schema), schema);
          })
          .toList();
    }
  }

  /**
   * What a commit is compared with.
   *
   * @param tree entries by table name
   * @param live entries by table id that were committed since by the same operation
   * @param elsewhere whether rows are compared with those of the entries, not with the branch's
   */
  private record Before(
      Map<String, TableEntry> tree, Map<String, TableEntry> live, boolean elsewhere) {
    Before(RepositoryState state, OperationState operation) {
      this(state.commits().byId().get(operation.expectedHead()).tree(), Map.of(), false);
    }

    /** The commit that the branch is moved to, if it is. */
    static Before of(RepositoryState state, OperationState operation, OperationPlan.Merge plan) {
      return plan.onto() == null
          ? new Before(state, operation)
          : new Before(state.commits().byId().get(plan.onto()).tree(), Map.of(), true);
    }

    Before after(List<TableEntry> entries) {
      Map<String, TableEntry> byId = new HashMap<>();
      entries.forEach(entry -> byId.put(entry.tableId(), entry));
      return new Before(tree, byId, elsewhere);
    }

    TableEntry entry(TableHandle table) {
      TableEntry entry =
          live.containsKey(table.id()) ? live.get(table.id()) : tree.get(table.name());
      return entry != null && entry.tableId().equals(table.id()) ? entry : null;
    }

    RowsLocation location(BranchTable table) {
      TableEntry entry = elsewhere ? entry(table.table()) : live.get(table.table().id());
      return entry == null ? table.head() : entry.location();
    }
  }

  /**
   * @param schemas of the tables afterwards
   * @param committed of those that live changes were committed of before
   */
  private List<TableEntry> changed(
      RepositoryState state,
      OperationState operation,
      Before before,
      Schemas schemas,
      Schemas committed,
      OperationResult done) {
    List<TableEntry> changed = new ArrayList<>();
    for (BranchTable table : branchTables(state, operation).values()) {
      RowsLocation to = done.locations().get(table.table().id());
      if (to != null) {
        TableSchema after = schemas.after(table.table());
        TableEntry former = before.entry(table.table());
        boolean known =
            after == table.table().schema()
                || former != null && former.schemaHash().equals(SchemaHash.of(after));
        TableSchema then =
            known
                ? after
                : before.live().containsKey(table.table().id())
                    ? committed.after(table.table())
                    : table.table().schema();
        ReturnedColumns.Kept kept =
            operation.plan() instanceof OperationPlan.Merge
                ? ReturnedColumns.after(state, operation.branchId(), table.table(), then, after, to)
                : ReturnedColumns.afterCommit(state, operation.branchId(), then, after, to);
        entries
            .entry(
                backends.adapter(state, table.table()),
                table.table().with(after),
                state.tables().byId().get(table.table().id()),
                former,
                then,
                before.location(table),
                to,
                done.committed().get(table.table().id()),
                kept)
            .ifPresent(changed::add);
      }
    }
    changed.sort(java.util.Comparator.comparing(TableEntry::name));
    return changed;
  }

  /**
   * Tables that were written get entries by what was written; tables seen elsewhere take the
   * source's entry. Of a rebase those seen elsewhere are as in the parent.
   */
  private List<TableEntry> mergedEntries(
      RepositoryState state,
      OperationState operation,
      OperationPlan.Merge plan,
      Before before,
      Schemas schemas,
      Schemas committed,
      Map<String, RowsLocation> locations) {
    Map<String, TableEntry> source = state.commits().byId().get(plan.sourceCommit()).tree();
    Map<String, RowsLocation> written = new HashMap<>(locations);
    List<TableEntry> merged = new ArrayList<>();
    for (TableMerge merge : plan.tables()) {
      if (merge instanceof TableMerge.Repoint) {
        written.remove(merge.tableId());
        source.values().stream()
            .filter(entry -> plan.onto() == null && entry.tableId().equals(merge.tableId()))
            .forEach(merged::add);
      }
    }
    merged.addAll(
        changed(state, operation, before, schemas, committed, new OperationResult(written)));
    return merged;
  }
}
