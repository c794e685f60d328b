package dev.epoch.storage.reference;

import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.OperationId;
import dev.epoch.storage.Removal;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.operation.Operation;
import dev.epoch.storage.operation.OperationResult;
import dev.epoch.storage.operation.PlannedRows;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteKey;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.RowQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Ways to lose something. The suite must notice each of them. */
enum Loss {
  DELETIONS_ON_BRANCHES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public WriteResult write(
            BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
          return super.write(branch, table, without(branch, writes), key);
        }

        @Override
        public WriteResult write(BranchHandle branch, BranchTable table, List<RowWrite> writes) {
          return super.write(branch, table, without(branch, writes));
        }

        private List<RowWrite> without(BranchHandle branch, List<RowWrite> writes) {
          return writes.stream()
              .filter(write -> branch.isDefault() || write instanceof RowWrite.Upsert)
              .toList();
        }
      }),

  /** Old commits show the newest. */
  HISTORY(adapter ->
      new ForwardingAdapter(adapter) {
        private final Map<String, RowsLocation> newest = new HashMap<>();

        @Override
        public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
          OperationResult result = super.apply(operation, rows);
          result
              .locations()
              .forEach((table, location) -> newest.put(table + location.overlay(), location));
          return result;
        }

        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          return super.rows(
              table,
              state instanceof TableState.Committed(RowsLocation location)
                  ? new TableState.Committed(
                      newest.getOrDefault(table.id() + location.overlay(), location))
                  : state,
              query);
        }
      }),

  ONE_ROW_OF_EACH_MERGE(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public OperationResult apply(Operation operation, Map<String, PlannedRows> rows) {
          Map<String, PlannedRows> fewer = new HashMap<>();
          rows.forEach((table, planned) -> {
            List<RowChange> writes = list(planned.writes());
            fewer.put(
                table,
                PlannedRows.fixed(
                    RowStream.of(writes.isEmpty() ? writes : writes.subList(1, writes.size()))));
          });
          return super.apply(operation, fewer);
        }
      }),

  NULLS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          List<Row> rows = new ArrayList<>();
          for (Row row : list(super.rows(table, state, query))) {
            rows.add(
                Row.of(
                    row.values().stream()
                        .map(value -> value == null ? "" : value)
                        .toArray(String[]::new)));
          }
          return RowStream.of(rows);
        }
      }),

  /** 1.50 becomes 1.5. */
  ZEROS_OF_NUMBERS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          List<Row> rows = new ArrayList<>();
          for (Row row : list(super.rows(table, state, query))) {
            rows.add(
                Row.of(
                    row.values().stream()
                        .map(value ->
                            value == null || !value.matches("-?\\d+\\.\\d*0+")
                                ? value
                                : value.replaceFirst("\\.?0+$", ""))
                        .toArray(String[]::new)));
          }
          return RowStream.of(rows);
        }
      }),

  CHANGES_TO_NULL(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<RowChange> changes(
            TableHandle table, TableState from, TableState to, ChangeQuery query) {
          return RowStream.of(
              list(super.changes(table, from, to, query)).stream()
                  .filter(
                      change -> change.after() == null || !change.after().values().contains(null))
                  .toList());
        }
      }),

  /** Rows with the same first value of the key are one. */
  PARTS_OF_KEYS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<RowChange> changes(
            TableHandle table, TableState from, TableState to, ChangeQuery query) {
          Map<String, RowChange> first = new LinkedHashMap<>();
          list(super.changes(table, from, to, query))
              .forEach(change -> first.putIfAbsent(change.key().get(0), change));
          return RowStream.of(first.values());
        }
      }),

  ORDER(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          return RowStream.of(list(super.rows(table, state, query)).reversed());
        }
      }),

  FILTERS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          return super.rows(
              table, state, new RowQuery(query.after(), Map.of(), query.limit(), query.ordered()));
        }
      }),

  SINGLE_ROWS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Optional<Row> row(TableHandle table, TableState state, RowKey key) {
          return Optional.empty();
        }
      }),

  /** Forgets that an operation is done. */
  RESULTS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Optional<OperationResult> result(OperationId operation) {
          return Optional.empty();
        }
      }),

  UNDOING(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void revert(Operation operation, long fence) {
          adapter.forget(List.of(operation.id()));
        }
      }),

  /** Undoes, and forgets that it is never to be done. */
  REFUSALS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void revert(Operation operation, long fence) {
          super.revert(operation, fence);
          adapter.forget(List.of(operation.id()));
        }
      }),

  BOOKKEEPING(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void forget(Collection<OperationId> operations) {}
      }),

  LAST_RESTORED_COMMIT(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void restore(
            BranchHandle branch,
            RowsLocation origin,
            BranchTable head,
            Iterator<CommittedChanges> commits) {
          List<CommittedChanges> all = new ArrayList<>();
          commits.forEachRemaining(all::add);
          super.restore(
              branch, origin, head, all.subList(0, Math.max(0, all.size() - 1)).iterator());
        }
      }),

  /** Drops what commits refer to. */
  KEPT_BRANCHES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
          return super.reclaim(repository, Set.of(), dryRun);
        }
      }),

  /** Drops though it was only to tell. */
  DRY_RUNS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public List<String> reclaim(String repository, Set<String> kept, boolean dryRun) {
          return super.reclaim(repository, kept, false);
        }
      }),

  TOUCHED_TABLES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Set<String> touched(BranchHandle branch, Collection<BranchTable> tables) {
          return Set.of();
        }
      }),

  REPAIRS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void repair(TableHandle table, long position) {}
      }),

  /** A repair begins anew. */
  WHAT_IS_REPAIRED(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void repair(TableHandle table, long position) {
          adapter.remove(table, Removal.OF_EVERYTHING);
          super.repair(table, position);
        }
      }),

  REMOVALS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void remove(TableHandle table, Removal how) {}
      }),

  OWNERS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void install(OperationId operation, TableHandle table) {
          adapter.repair(table, operation.position());
        }
      }),

  NAMES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables) {
          super.putBranch(branch, tables);
          return Optional.empty();
        }
      }),

  /** Writes again what was written with the key. */
  KEYS_OF_WRITES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public WriteResult write(
            BranchHandle branch, BranchTable table, List<RowWrite> writes, Optional<WriteKey> key) {
          return super.write(branch, table, writes, Optional.empty());
        }
      }),

  /** Of an operation over several tables only the first is undone. */
  SECOND_TABLES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void revert(Operation operation, long fence) {
          super.revert(
              new Operation(
                  operation.id(),
                  operation.branch(),
                  operation.tables().subList(0, 1),
                  operation.live()),
              fence);
        }
      }),

  /** A former owner undoes what a later one has settled. */
  FENCES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public void revert(Operation operation, long fence) {
          super.revert(operation, ANY_OWNER);
        }
      }),

  /** Branches read the live table as it is. */
  ANCHORS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          return super.rows(
              table,
              state instanceof TableState.Working(BranchHandle branch, RowsLocation head)
                      && head.overlay() == null
                      && adapter.touched(branch, List.of(new BranchTable(table, head))).isEmpty()
                  ? new TableState.Working(
                      new BranchHandle(branch.repository(), "live", "live", true), head)
                  : state,
              query);
        }
      }),

  /** Of equal rows, one is read. */
  EQUAL_ROWS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          RowStream<Row> rows = super.rows(table, state, query);
          if (!table.schema().appendOnly()) {
            return rows;
          }
          Map<Row, Row> first = new LinkedHashMap<>();
          int id = table.schema().keyIndexes()[0];
          list(rows).forEach(row -> first.putIfAbsent(row.with(id, null), row));
          return RowStream.of(List.copyOf(first.values()));
        }
      }),

  /** Nobody notices that columns have changed. */
  CHANGED_COLUMNS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Map<String, TableSchema> schemas(
            BranchHandle branch, Collection<BranchTable> tables) {
          return Map.of();
        }
      }),

  /** States from before a column read null there. */
  INITIAL_VALUES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          List<Column> columns = table.schema().columns();
          return RowStream.of(
              list(super.rows(table, state, query)).stream()
                  .map(row -> {
                    Row read = row;
                    for (int i = 0; i < columns.size(); i++) {
                      String initial = columns.get(i).initialDefault();
                      read =
                          initial != null && initial.equals(row.get(i)) ? read.with(i, null) : read;
                    }
                    return read;
                  })
                  .toList());
        }
      }),

  /** Old states read null in columns that went, and it is said of none. */
  DROPPED_COLUMNS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          List<Column> columns = table.schema().columns();
          Set<String> there =
              adapter.introspect(table.path(), List.of()).schema().columns().stream()
                  .map(Column::id)
                  .collect(Collectors.toSet());
          return RowStream.of(
              list(super.rows(table, state, query)).stream()
                  .map(row -> {
                    Row read = row;
                    for (int i = 0; i < columns.size(); i++) {
                      read = there.contains(columns.get(i).id()) ? read : read.with(i, null);
                    }
                    return read;
                  })
                  .toList());
        }
      }),

  /** A renamed column is another one. */
  RENAMES(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public Map<String, TableSchema> schemas(
            BranchHandle branch, Collection<BranchTable> tables) {
          Map<String, TableSchema> changed = new HashMap<>(super.schemas(branch, tables));
          changed.replaceAll((_, schema) ->
              new TableSchema(
                  schema.columns().stream().map(column -> named(column, schema)).toList(),
                  schema.primaryKey(),
                  schema.constraints(),
                  schema.indexes()));
          return changed;
        }

        private Column named(Column column, TableSchema schema) {
          return schema.primaryKey().contains(column.name())
              ? column
              : new Column(
                  column.name(),
                  column.name(),
                  column.type(),
                  column.nullable(),
                  null,
                  null,
                  null,
                  column.initialDefault(),
                  null);
        }
      }),

  /** A wider type takes the values that were there. */
  RETYPED_COLUMNS(adapter ->
      new ForwardingAdapter(adapter) {
        @Override
        public RowStream<Row> rows(TableHandle table, TableState state, RowQuery query) {
          TableSchema live = adapter.introspect(table.path(), List.of()).schema();
          List<Column> columns = table.schema().columns();
          return RowStream.of(
              list(super.rows(table, state, query)).stream()
                  .map(row -> {
                    Row read = row;
                    for (int i = 0; i < columns.size(); i++) {
                      Column had = columns.get(i);
                      boolean same =
                          live.columns().stream()
                              .filter(column -> column.id().equals(had.id()))
                              .allMatch(column -> column.type().equals(had.type()));
                      read = same ? read : read.with(i, null);
                    }
                    return read;
                  })
                  .toList());
        }
      });

  private final UnaryOperator<StorageAdapter> lossy;

  Loss(UnaryOperator<StorageAdapter> lossy) {
    this.lossy = lossy;
  }

  /** The adapter, but for what it loses. */
  StorageAdapter in(StorageAdapter adapter) {
    return lossy.apply(adapter);
  }

  private static <T> List<T> list(RowStream<T> stream) {
    List<T> all = new ArrayList<>();
    try (stream) {
      stream.forEachRemaining(all::add);
    }
    return all;
  }
}
