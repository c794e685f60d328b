package dev.epoch.gateway.merge;

import dev.epoch.events.Digest;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.chunk.ChunkBuffer;
import dev.epoch.gateway.merge.schema.MergedSchema;
import dev.epoch.model.changes.ChangeSetReader;
import dev.epoch.model.changes.ChangeSetWriter;
import dev.epoch.model.changes.ConflictSetWriter;
import dev.epoch.model.merge.BaseRow;
import dev.epoch.model.merge.MergeOutcome;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.model.row.ThreeWayRow;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.operation.PlannedRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Merges the rows of one table: collects what is to be written, in chunks, and what conflicts. */
public final class MergedRows implements BaseRows.Consumer {
  /** Rows whose sides are kept in memory, for those that have to be planned anew under locks. */
  static final int MOST_SIDES = 20_000;

  private final RowDecisions decisions;
  private final ChunkBuffer buffer;
  private final MergedSchema schema;
  private final ChangeSetWriter writer;
  private final List<RowKey> kept = new ArrayList<>();
  private final List<RowConflict> conflicts = new ArrayList<>();
  private final Map<RowKey, Sides> sides = new HashMap<>();
  private final int mostSides;
  private final Function<RowKey, Sides> lookup;
  private Digest root;

  /** A row at the base and in the source. */
  record Sides(BaseRow base, Row theirs) {}

  /**
   * @param schema that rows are merged against
   * @param mostSides how many rows' sides are kept in memory
   * @param lookup finds a row's sides where they are not in memory
   */
  MergedRows(
      RowDecisions decisions,
      MergedSchema schema,
      ChunkBuffer buffer,
      int mostSides,
      Function<RowKey, Sides> lookup) {
    this.decisions = decisions;
    this.buffer = buffer;
    this.schema = schema;
    this.writer = new ChangeSetWriter(schema.schema(), buffer::put);
    this.mostSides = mostSides;
    this.lookup = lookup;
  }

  @Override
  public void accept(RowKey key, BaseRow base, Row ours, Row theirs) {
    accept(key, base, ours, ours, theirs);
  }

  /**
   * @param found the target's row as it is read, which may have other values than {@code ours} in
   *     columns that the target lacks
   */
  void accept(RowKey key, BaseRow base, Row found, Row ours, Row theirs) {
    if (sides.size() < mostSides) {
      sides.put(key, new Sides(base, theirs));
    }
    switch (decisions.merge(key, base, ours, theirs)) {
      case MergeOutcome.Unchanged _ -> {
        if (Objects.equals(found, ours)) {
          kept.add(key);
        } else {
          writer.add(new RowChange(key, found, ours));
        }
      }
      case MergeOutcome.Write(RowChange change) -> writer.add(change);
      case MergeOutcome.Conflict(RowConflict conflict) -> conflicts.add(conflict);
    }
  }

  /** Takes decisions about broken constraints of rows that the source did not change. */
  void settleOthers(Function<RowKey, ThreeWayRow> rows) {
    for (RowKey key : decisions.left()) {
      ThreeWayRow row = rows.apply(key);
      accept(key, BaseRow.of(row.base()), row.ours(), row.theirs());
    }
  }

  /** Adds the conflicts to a set; how many there are. */
  long writeConflicts(ConflictSetWriter set) {
    conflicts.forEach(set::add);
    return conflicts.size();
  }

  /** What to write; may be asked for again and again. */
  PlannedRows planned() {
    if (root == null) {
      root = writer.finish().root();
    }
    return new Planned(new ChangeSetReader(root, buffer::get).changes(), kept);
  }

  private final class Planned implements PlannedRows {
    private final RowStream<RowChange> writes;
    private final List<RowKey> unchanged;

    Planned(RowStream<RowChange> writes, List<RowKey> unchanged) {
      this.writes = writes;
      this.unchanged = unchanged;
    }

    @Override
    public Optional<TableSchema> schema() {
      return Optional.of(schema.schema());
    }

    @Override
    public Optional<TableSchema> plannedFor() {
      return Optional.of(schema.now());
    }

    @Override
    public RowStream<RowChange> writes() {
      return writes;
    }

    @Override
    public RowStream<RowKey> kept() {
      return RowStream.of(unchanged);
    }

    @Override
    public List<RowChange> again(Map<RowKey, Row> now) {
      return planAgain(now);
    }

    @Override
    public void close() {
      writes.close();
    }
  }

  /** The plan of a fast-forward, whose rows are written as they come and are not kept here. */
  PlannedRows plannedFrom(RowStream<RowChange> changes) {
    return new Planned(changes, List.of());
  }

  private List<RowChange> planAgain(Map<RowKey, Row> now) {
    List<RowChange> changes = new ArrayList<>();
    int overtaken = 0;
    for (Map.Entry<RowKey, Row> row : now.entrySet()) {
      Sides known = sides.get(row.getKey());
      if (known == null) {
        known = lookup.apply(row.getKey());
      }
      Row ours = schema.ours(known.base().row(), row.getValue());
      switch (decisions.merge(row.getKey(), known.base(), ours, known.theirs())) {
        case MergeOutcome.Unchanged _ -> {}
        case MergeOutcome.Write(RowChange change) -> changes.add(change);
        case MergeOutcome.Conflict _ -> overtaken++;
      }
    }
    if (overtaken > 0) {
      throw MergeOvertakenException.by(overtaken);
    }
    return changes;
  }
}
