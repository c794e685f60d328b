package dev.epoch.storage.layered;

import dev.epoch.events.table.TableSchema;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.operation.PlannedRows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A plan whose first rows are remembered, so that an attempt which met a lock can be repeated. */
final class RepeatablePlan implements PlannedRows {
  /** Attempts that have read more are not repeated. */
  private static final int REMEMBERED = 10_000;

  private final PlannedRows plan;
  private final List<RowChange> writes = new ArrayList<>();
  private final List<RowKey> kept = new ArrayList<>();
  private RowStream<RowChange> restOfWrites;
  private RowStream<RowKey> restOfKept;
  private boolean forgotten;

  RepeatablePlan(PlannedRows plan) {
    this.plan = plan;
  }

  /** Whether all that was read can be read again. */
  boolean isRepeatable() {
    return !forgotten;
  }

  @Override
  public RowStream<RowChange> writes() {
    if (restOfWrites == null) {
      restOfWrites = plan.writes();
    }
    return new Again<>(writes, restOfWrites);
  }

  @Override
  public RowStream<RowKey> kept() {
    if (restOfKept == null) {
      restOfKept = plan.kept();
    }
    return new Again<>(kept, restOfKept);
  }

  @Override
  public Optional<TableSchema> schema() {
    return plan.schema();
  }

  @Override
  public Optional<TableSchema> plannedFor() {
    return plan.plannedFor();
  }

  @Override
  public List<RowChange> again(Map<RowKey, Row> now) {
    return plan.again(now);
  }

  @Override
  public void close() {
    plan.close();
  }

  /** What is remembered, then the rest. */
  private final class Again<T> implements RowStream<T> {
    private final List<T> remembered;
    private final Iterator<T> first;
    private final RowStream<T> rest;

    Again(List<T> remembered, RowStream<T> rest) {
      this.remembered = remembered;
      this.first = List.copyOf(remembered).iterator();
      this.rest = rest;
    }

    @Override
    public boolean hasNext() {
      return first.hasNext() || rest.hasNext();
    }

    @Override
    public T next() {
      if (first.hasNext()) {
        return first.next();
      }
      T next = rest.next();
      if (remembered.size() < REMEMBERED) {
        remembered.add(next);
      } else {
        forgotten = true;
      }
      return next;
    }

    /** The plan is closed with all of its streams. */
    @Override
    public void close() {}
  }
}
