package dev.epoch.gateway.merge.conflict;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Digest;
import dev.epoch.events.RecordType;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.events.table.Column;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.merge.schema.SchemaConflicts;
import dev.epoch.gateway.stream.BranchTurn;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.Resolution;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Conflicts of open merges: look at them, decide about them. */
public final class ConflictService {
  private final ChunkStore chunks;

  public ConflictService(ChunkStore chunks) {
    this.chunks = chunks;
  }

  /**
   * A conflict and what is still open of it.
   *
   * @param open fields without decision; for conflicts about the whole row, all of them until it is
   *     decided
   * @param resolved whether nothing is open
   */
  public record Status(RowConflict conflict, List<FieldConflict> open, boolean resolved) {}

  /**
   * A page of conflicts.
   *
   * @param total conflicts that match
   * @param unresolved of the whole merge
   * @param next id to go on after, or null
   */
  public record Page(List<Status> conflicts, long total, long unresolved, String next) {}

  /** Where no merge is open. */
  public static final Page NONE = new Page(List.of(), 0, 0, null);

  /**
   * @param table only of this table, or null
   * @param after id of the last conflict seen, or null
   */
  public Page list(
      RepositoryState state, BranchState branch, String table, String after, int limit) {
    MergeState merge = branch.merge();
    return merge == null
        ? NONE
        : list(
            merge.conflictSet(),
            OpenConflicts.current(merge),
            merge.remaining(),
            table,
            after,
            limit);
  }

  /**
   * As {@link #list(RepositoryState, BranchState, String, String, int)}, of a merge that somebody
   * else knows.
   *
   * @param conflictSet root chunk of its conflicts, or null if it has none
   * @param decisions about these conflicts, in order
   * @param remaining conflicts without decision
   */
  public Page list(
      Digest conflictSet,
      List<Decision> decisions,
      long remaining,
      String table,
      String after,
      int limit) {
    List<Status> page = new ArrayList<>();
    long total = 0;
    boolean reached = after == null;
    boolean more = false;
    try (RowStream<RowConflict> conflicts = OpenConflicts.stream(conflictSet, chunks)) {
      while (conflicts.hasNext()) {
        RowConflict conflict = conflicts.next();
        if (table != null && !table.equals(conflict.tableName())) {
          continue;
        }
        total++;
        if (!reached) {
          reached = conflict.id().equals(after);
        } else if (page.size() < limit) {
          page.add(status(conflict, decisions));
        } else {
          more = true;
        }
      }
    }
    return new Page(page, total, remaining, more ? page.getLast().conflict().id() : null);
  }

  /**
   * What a decision settled.
   *
   * @param resolved conflicts that are wholly decided
   * @param remaining conflicts that are not
   * @param decided fields that it is about
   */
  public record Settled(long resolved, long remaining, long decided) {}

  /**
   * What values of decisions are read by: the target's columns, and those that only the source of
   * its open merge has.
   *
   * @param table that is registered
   */
  public static TableSchema schema(
      RepositoryState state, BranchState branch, RegisteredTable table) {
    TableSchema ours =
        state
            .head(branch)
            .entryOf(table.id())
            .map(entry -> state.tables().schema(entry.schemaHash()))
            .orElse(table.schema());
    List<Column> columns = new ArrayList<>(ours.columns());
    Optional.ofNullable(branch.merge())
        .map(merge -> state.commits().byId().get(merge.sourceCommit()))
        .flatMap(source -> source.entryOf(table.id()))
        .map(entry -> state.tables().schema(entry.schemaHash()))
        .ifPresent(theirs ->
            theirs.columns().stream()
                .filter(column -> ours.column(column.name()).isEmpty())
                .forEach(columns::add));
    return new TableSchema(columns, ours.primaryKey(), ours.constraints(), ours.indexes());
  }

  /** The answer that a decision had before, or empty if its key is new. */
  public Optional<Settled> former(RepositoryState state, Caller caller) {
    return StepResult.former(state, RecordType.RESOLVE_CONFLICTS_V1, caller)
        .map(ConflictService::former);
  }

  static Settled former(StepResult step) {
    return new Settled(
        Long.parseLong(step.formerFacts().get("resolved")),
        Long.parseLong(step.formerFacts().get("remaining")),
        Long.parseLong(step.formerFacts().get("decided")));
  }

  /** A decision; the facts of the command are found here. */
  public Settled resolve(LiveRepository repository, ResolveConflictsV1 decision, Caller caller) {
    return new BranchTurn(repository, RecordType.RESOLVE_CONFLICTS_V1, caller)
        .on(
            decision.branch(),
            ConflictService::former,
            (_, branch) -> {
              MergeState merge = branch.merge();
              ResolveConflictsV1 command =
                  merge == null
                      ? decision
                      : withFacts(merge, decision, repository.state().isDefault(branch));
              StepResult step = repository.step(command, caller).orRefuse();
              return step.event(ConflictsResolvedV1.class)
                  .map(event -> new Settled(event.resolved(), event.remaining(), event.decided()))
                  .orElseGet(() -> former(step));
            });
  }

  private ResolveConflictsV1 withFacts(
      MergeState merge, ResolveConflictsV1 decision, boolean isLive) {
    List<Decision> before = OpenConflicts.current(merge);
    Decision added = OpenConflicts.decision(event(merge, decision));
    List<Decision> afterwards = new ArrayList<>(before);
    afterwards.add(added);
    long matched = 0;
    long resolved = 0;
    long remaining = 0;
    long decided = 0;
    LearntMarks learnt = new LearntMarks(added);
    try (RowStream<RowConflict> conflicts = OpenConflicts.stream(merge, chunks)) {
      while (conflicts.hasNext()) {
        RowConflict conflict = conflicts.next();
        boolean done = status(conflict, afterwards).resolved();
        if (added.selector().matches(conflict)) {
          requireFit(conflict, added.resolution());
          requireKnownType(conflict, added.resolution(), isLive);
          learnt.add(conflict);
          matched++;
          resolved += done ? 1 : 0;
          decided += conflict.fields().size() - status(conflict, List.of(added)).open().size();
        }
        remaining += done ? 0 : 1;
      }
    }
    if (matched == 0) {
      throw new RefusedException(
          Code.CONFLICT_NOT_FOUND,
          "No conflict of this merge matches",
          Map.of("branch", decision.branch(), "remedy", "epoch conflicts show"));
    }
    return new ResolveConflictsV1(
        decision.branch(),
        decision.table(),
        decision.key(),
        decision.field(),
        decision.constraint(),
        decision.resolution(),
        decision.values(),
        decision.nulls(),
        decision.deleteRow(),
        resolved,
        remaining,
        decided,
        learnt.all());
  }

  /** Parts of a schema get definitions, records get values. */
  private static void requireFit(RowConflict conflict, Resolution resolution) {
    boolean definition =
        resolution instanceof Resolution.Value(Map<String, String> values)
            && (values.containsKey(SchemaConflicts.DEFINITION)
                || values.containsKey(SchemaConflicts.UNION));
    boolean ofRecord =
        resolution instanceof Resolution.DeleteRow
            || resolution instanceof Resolution.Value && !definition;
    if (conflict.type().isSchema() ? ofRecord : definition) {
      throw new RefusedException(
          Code.VALIDATION,
          conflict.type().isSchema()
              ? "The conflict is about the schema of '%s'".formatted(conflict.tableName())
              : "Records break %s, and need other values: an object of columns"
                  .formatted(conflict.constraint()),
          Map.of(
              "table",
              conflict.tableName(),
              "remedy",
              conflict.type().isSchema()
                  ? "ours, theirs, union, or custom with a definition"
                  : "ours, theirs, delete, or values of columns; the constraint itself is changed"
                      + " in the database, with ALTER TABLE"));
    }
  }

  /** A live table can be given any type; a branch keeps values in those that a side has made. */
  private static void requireKnownType(
      RowConflict conflict, Resolution resolution, boolean isLive) {
    if (isLive
        || conflict.type() != ConflictType.TYPE_MISMATCH
        || !(resolution instanceof Resolution.Value(Map<String, String> values))) {
      return;
    }
    String type = values.get(SchemaConflicts.DEFINITION);
    boolean known =
        conflict.fields().stream()
            .anyMatch(field ->
                Objects.equals(type, field.base())
                    || Objects.equals(type, field.ours())
                    || Objects.equals(type, field.theirs()));
    if (type != null && !known) {
      throw new RefusedException(
          Code.VALIDATION,
          "Column '%s' of '%s' has no values of type %s: no side has given it that"
              .formatted(conflict.constraint(), conflict.tableName(), type),
          Map.of(
              "table",
              conflict.tableName(),
              "remedy",
              "Decide for ours or theirs, or abort the merge, give the column that type on one"
                  + " side, commit, and merge again"));
    }
  }

  static ConflictsResolvedV1 event(MergeState merge, ResolveConflictsV1 decision) {
    return new ConflictsResolvedV1(
        merge == null ? "" : merge.id(),
        "",
        decision.table(),
        decision.key(),
        decision.field(),
        decision.constraint(),
        decision.resolution(),
        decision.values(),
        decision.nulls(),
        decision.deleteRow(),
        0,
        0,
        0,
        merge == null ? null : merge.conflictSet(),
        List.of());
  }

  /**
   * What of a conflict the decisions leave open; the counterpart of {@code ResolvedMerge}, which
   * needs the rows.
   */
  static Status status(RowConflict conflict, List<Decision> decisions) {
    boolean wholeRow =
        conflict.type() == ConflictType.MODIFY_DELETE
            || conflict.type() == ConflictType.DELETE_MODIFY
            || conflict.type() == ConflictType.CONSTRAINT
            || conflict.type().isSchema();
    List<FieldConflict> open = new ArrayList<>(conflict.fields());
    boolean decided = false;
    for (Decision decision : decisions) {
      if (!decision.selector().matches(conflict)) {
        continue;
      }
      boolean everyField = decision.selector().field() == null;
      switch (decision.resolution()) {
        case Resolution.DeleteRow delete -> decided |= everyField && !conflict.type().isSchema();
        case Resolution.Value value -> {
          if (wholeRow) {
            decided = true;
          } else {
            open.removeIf(field ->
                decision.selector().matches(field)
                    && (value.fields().containsKey(field.name())
                        || value.fields().containsKey(field.label())));
          }
        }
        case Resolution.Ours ours -> decided |= settle(decision, wholeRow, everyField, open);
        case Resolution.Theirs theirs -> decided |= settle(decision, wholeRow, everyField, open);
        case Resolution.Base base -> decided |= settle(decision, wholeRow, everyField, open);
      }
    }
    boolean resolved = decided || (!wholeRow && open.isEmpty());
    return new Status(conflict, resolved ? List.of() : open, resolved);
  }

  private static boolean settle(
      Decision decision, boolean wholeRow, boolean everyField, List<FieldConflict> open) {
    if (wholeRow) {
      return everyField;
    }
    open.removeIf(decision.selector()::matches);
    return false;
  }
}
