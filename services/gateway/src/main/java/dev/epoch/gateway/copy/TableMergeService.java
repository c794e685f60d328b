package dev.epoch.gateway.copy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TableCopy;
import dev.epoch.events.Digest;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.RecordTableSyncV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.commit.WorkingSetService;
import dev.epoch.gateway.read.DiffService;
import dev.epoch.gateway.read.ReadService;
import dev.epoch.gateway.read.Snapshot;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.MergeOutcome;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.merge.RowMerge;
import dev.epoch.model.merge.rule.ConflictPolicy;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.ValueCodec;
import dev.epoch.storage.record.RowWrite;
import dev.epoch.storage.record.WriteResult;
import dev.epoch.storage.state.ChangeQuery;
import dev.epoch.storage.state.TableState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Brings what changed in a table to the one that was copied from it, or the other way: row by row
 * and field by field, as uncommitted changes of a branch.
 *
 * <pre>
 *   which rows   those that changed in the source since the target has its changes
 *   base         what the row was when both had the same changes: in the source, or, if changes of
 *                the target were written to the source last, in the target at that commit
 *   ours         the row in the target now, theirs: in the source's commit
 * </pre>
 *
 * Writing comes first, then the log remembers up to which commit; a repetition between the two
 * writes nothing, since the rows are then the same.
 */
public final class TableMergeService {
  private static final int SHOWN = 100;

  private final Backends backends;
  private final ReadService reads;
  private final DiffService diffs;
  private final WorkingSetService workingSets;

  public TableMergeService(
      Backends backends, ReadService reads, DiffService diffs, WorkingSetService workingSets) {
    this.backends = backends;
    this.reads = reads;
    this.diffs = diffs;
    this.workingSets = workingSets;
  }

  /**
   * What to bring where.
   *
   * @param source name of the table whose changes are brought
   * @param commit up to which
   * @param label for messages: the commit as written
   * @param into name of the other table
   * @param branch whose uncommitted changes they become
   * @param strategy what settles conflicts
   * @param dryRun whether only to tell
   */
  public record Request(
      String source,
      CommitState commit,
      String label,
      String into,
      BranchState branch,
      MergeStrategy strategy,
      boolean dryRun) {}

  /**
   * @throws TableConflictsException if rows are in conflict, and the strategy settles none
   */
  public WriteResult merge(LiveRepository repository, Request request, Caller caller) {
    RepositoryState state = repository.state();
    caller.requireOwnKey(state);
    repository.awaitRegistered(request.branch().name());
    Pair pair = pair(state, request);
    Snapshot target = reads.working(state, request.branch());
    TableHandle into = target.table(request.into()).handle();
    Snapshot source = Snapshot.of(state, request.commit(), request.label());
    TableHandle from = source.table(request.source()).handle();
    ValueCodec values = reads.values(state, into);
    RowTranslation translation =
        new RowTranslation(from.schema(), reads.values(state, from), into.schema(), values);
    requireColumns(state, pair, translation, into);
    RowMerge merge =
        new RowMerge(
            into.id(),
            into.name(),
            into.schema(),
            request.strategy(),
            new ConflictPolicy(state.profile().conflict()).forTable(into.name(), into.schema()));
    Written written = new Written(into.schema(), values, translation);
    try (RowStream<RowChange> changes =
        diffs.changes(since(state, pair, request), source, request.source(), ChangeQuery.all())) {
      while (changes.hasNext()) {
        RowChange change = changes.next();
        Row theirs = translation.row(change.after());
        Row before = translation.row(change.before());
        RowKey key = (theirs == null ? before : theirs).key(into.schema().keyIndexes());
        Row ours = reads.row(target, request.into(), key).orElse(null);
        Row base = pair.isOpposite() ? pair.base(reads, state, key, target) : before;
        written.add(
            merge.merge(
                key, BaseRow.of(written.filled(base, ours)), ours, written.filled(theirs, ours)));
      }
    }
    if (written.total > 0) {
      throw new TableConflictsException(
          request.source(), request.into(), written.conflicts, written.total);
    }
    if (request.dryRun()) {
      return written.foreseen();
    }
    WriteResult result =
        written.writes.isEmpty()
            ? new WriteResult(0, 0, 0, written.unchanged)
            : workingSets.write(
                state, request.branch(), request.into(), written.writes, caller.another());
    repository
        .step(
            new RecordTableSyncV1(
                pair.copy().name(), pair.isReturned(), new Digest(request.commit().id())),
            caller)
        .orRefuse();
    return new WriteResult(
        result.inserted(),
        result.updated(),
        result.deleted(),
        result.unchanged() + (written.writes.isEmpty() ? 0 : written.unchanged));
  }

  /**
   * A table and its copy.
   *
   * @param isReturned whether changes of the copy are brought to the origin
   */
  private record Pair(RegisteredTable origin, RegisteredTable copy, boolean isReturned) {
    private TableCopy link() {
      return copy.copy();
    }

    /** Whether changes went the other way last. */
    boolean isOpposite() {
      return isReturned != link().lastReturned();
    }

    RegisteredTable source() {
      return isReturned ? copy : origin;
    }

    RegisteredTable target() {
      return isReturned ? origin : copy;
    }

    /** Commit of the source up to which the target has its changes; null: the copy's beginning. */
    String known() {
      Digest known = isReturned ? link().returned() : link().brought();
      return known == null ? null : known.hex();
    }

    /** The row of the target when its changes were written to the source. */
    Row base(ReadService reads, RepositoryState state, RowKey key, Snapshot now) {
      Digest commit = isReturned ? link().brought() : link().returned();
      if (commit == null) {
        return reads.row(baseline(state, target()), target().name(), key).orElse(null);
      }
      CommitState at = state.commits().byId().get(commit.hex());
      Snapshot then = Snapshot.of(state, at, commit.hex());
      return reads.row(then, target().name(), key).orElse(null);
    }
  }

  private static Pair pair(RepositoryState state, Request request) {
    RegisteredTable source = TableService.get(state, request.source());
    RegisteredTable into = TableService.get(state, request.into());
    if (into.copy() != null && into.copy().originId().equals(source.id())) {
      return new Pair(source, into, false);
    }
    if (source.copy() != null && source.copy().originId().equals(into.id())) {
      return new Pair(into, source, true);
    }
    throw new RefusedException(
        Code.VALIDATION,
        "Neither of %s and %s was copied from the other".formatted(source.name(), into.name()),
        Map.of(
            "remedy",
            "Copy one of them: epoch table copy %s --to STORAGE".formatted(source.name())));
  }

  /** The source when the target had its changes. */
  private static Snapshot since(RepositoryState state, Pair pair, Request request) {
    String known = pair.known();
    if (known == null) {
      return baseline(state, pair.source());
    }
    List<String> bases = Lineage.mergeBases(state, known, request.commit().id());
    if (bases.isEmpty()) {
      throw new RefusedException(
          Code.VALIDATION,
          "%s has no commit in common with %s, which %s was brought up to"
              .formatted(request.label(), known.substring(0, 8), request.into()),
          Map.of("remedy", "Copy it anew under another name"));
    }
    CommitState base = state.commits().byId().get(bases.getFirst());
    return Snapshot.of(state, base, base.id());
  }

  private static Snapshot baseline(RepositoryState state, RegisteredTable table) {
    return new Snapshot(
        state,
        "the beginning of " + table.name(),
        Map.of(
            table.name(),
            new Snapshot.Readable(
                Backends.handle(state, table),
                new TableState.Committed(RowsLocation.live(table.position())))),
        Set.of());
  }

  /** The target has all columns that the source has. */
  private void requireColumns(
      RepositoryState state, Pair pair, RowTranslation translation, TableHandle into) {
    List<Column> missing = translation.missing();
    if (missing.isEmpty()) {
      return;
    }
    boolean isSameKind =
        state
            .storages()
            .byName()
            .get(pair.source().storage())
            .backend()
            .equals(state.storages().byName().get(pair.target().storage()).backend());
    String statements =
        missing.stream()
            .map(column ->
                "ALTER TABLE %s ADD COLUMN %s%s"
                    .formatted(
                        pair.target().tableName(),
                        column.id(),
                        backends
                            .adapter(state, into)
                            .tableMaker()
                            .map(maker -> " " + maker.type(column.type(), isSameKind))
                            .orElse("")))
            .collect(Collectors.joining("; "));
    throw new RefusedException(
        Code.SCHEMA_CHANGED,
        "%s has no column %s of %s"
            .formatted(
                into.name(),
                missing.stream().map(Column::name).collect(Collectors.joining(", ")),
                pair.source().name()),
        Map.of("table", into.name(), "remedy", "Add it in its database: " + statements));
  }

  /** What becomes of the target. */
  private static final class Written {
    private final TableSchema schema;
    private final ValueCodec values;
    private final RowTranslation translation;
    private final List<RowWrite> writes = new ArrayList<>();
    private final List<RowConflict> conflicts = new ArrayList<>();
    private long total;
    private long inserted;
    private long updated;
    private long deleted;
    private long unchanged;

    Written(TableSchema schema, ValueCodec values, RowTranslation translation) {
      this.schema = schema;
      this.values = values;
      this.translation = translation;
    }

    /** What only the target has of a row is not changed by the source. */
    Row filled(Row row, Row ours) {
      Row filled = row;
      for (int i = 0; row != null && ours != null && i < schema.columns().size(); i++) {
        if (!translation.has(i)) {
          filled = filled.with(i, ours.get(i));
        }
      }
      return filled;
    }

    void add(MergeOutcome outcome) {
      switch (outcome) {
        case MergeOutcome.Unchanged() -> unchanged++;
        case MergeOutcome.Conflict(RowConflict conflict) -> {
          if (total++ < SHOWN) {
            conflicts.add(conflict);
          }
        }
        case MergeOutcome.Write(RowChange change) -> {
          switch (change.kind()) {
            case INSERT -> inserted++;
            case UPDATE -> updated++;
            case DELETE -> deleted++;
          }
          writes.add(
              change.kind() == RowChange.Kind.DELETE
                  ? new RowWrite.Delete(json(change.before(), true))
                  : new RowWrite.Upsert(json(change.after(), false)));
        }
      }
    }

    private Map<String, JsonNode> json(Row row, boolean keyOnly) {
      Map<String, JsonNode> json = new LinkedHashMap<>();
      for (int i = 0; i < schema.columns().size(); i++) {
        Column column = schema.columns().get(i);
        if (translation.has(i) && (!keyOnly || schema.primaryKey().contains(column.name()))) {
          json.put(column.name(), values.toJson(column.type(), row.get(i)));
        }
      }
      return json;
    }

    WriteResult foreseen() {
      return new WriteResult(inserted, updated, deleted, unchanged);
    }
  }
}
