package dev.epoch.gateway.merge.conflict;

import dev.epoch.engine.state.MergeState;
import dev.epoch.events.Digest;
import dev.epoch.events.event.ConflictsResolvedV1;
import dev.epoch.log.ChunkStore;
import dev.epoch.model.changes.ConflictSetReader;
import dev.epoch.model.merge.DecidedConflicts;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.Resolution;
import dev.epoch.model.merge.ResolutionSelector;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.row.RowStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The conflicts of an open merge, and the decisions about them, as the log has them. */
public final class OpenConflicts {
  private OpenConflicts() {}

  /** The conflicts as they were found. */
  static RowStream<RowConflict> stream(MergeState merge, ChunkStore chunks) {
    return stream(merge.conflictSet(), chunks);
  }

  static RowStream<RowConflict> stream(Digest conflictSet, ChunkStore chunks) {
    if (conflictSet == null) {
      return RowStream.of(List.of());
    }
    return new ConflictSetReader(conflictSet, digest -> chunks.get(digest).await().indefinitely())
        .conflicts();
  }

  /** All decisions, in order, each about the conflicts that it was made on. */
  public static List<Decision> all(MergeState merge, ChunkStore chunks) {
    Map<Digest, DecidedConflicts> sets = new HashMap<>();
    List<Decision> decisions = new ArrayList<>();
    for (ConflictsResolvedV1 event : merge.decisions()) {
      DecidedConflicts made =
          sets.computeIfAbsent(event.conflictSet(), set -> conflicts(set, chunks));
      Decision decision = decision(event);
      decisions.add(new Decision(decision.selector(), decision.resolution(), made));
    }
    return decisions;
  }

  private static DecidedConflicts conflicts(Digest conflictSet, ChunkStore chunks) {
    List<RowConflict> conflicts = new ArrayList<>();
    try (RowStream<RowConflict> stream = stream(conflictSet, chunks)) {
      stream.forEachRemaining(conflicts::add);
    }
    return DecidedConflicts.of(conflicts);
  }

  /** Decisions about the conflicts that are open now; earlier ones are in the plan already. */
  static List<Decision> current(MergeState merge) {
    return merge.decisions().stream().skip(merge.earlier()).map(OpenConflicts::decision).toList();
  }

  static Decision decision(ConflictsResolvedV1 event) {
    return decision(
        event.table(),
        event.key(),
        event.field(),
        event.constraint(),
        event.resolution(),
        values(event),
        event.deleteRow());
  }

  /**
   * A decision as the log has it; null or empty is every table, row, field, constraint.
   *
   * @param values for resolution value: canonical text by column, null for columns set to null
   * @param deleteRow for resolution value: the row is to be absent
   */
  public static Decision decision(
      String table,
      List<String> key,
      String field,
      String constraint,
      String resolution,
      Map<String, String> values,
      boolean deleteRow) {
    ResolutionSelector selector =
        new ResolutionSelector(
            table, key.isEmpty() ? null : RowKey.of(key.toArray(String[]::new)), field, constraint);
    Resolution decided =
        switch (resolution) {
          case "ours" -> new Resolution.Ours();
          case "theirs" -> new Resolution.Theirs();
          case "base" -> new Resolution.Base();
          case "value" -> deleteRow ? new Resolution.DeleteRow() : new Resolution.Value(values);
          default -> throw new IllegalArgumentException("unknown resolution " + resolution);
        };
    return new Decision(selector, decided);
  }

  private static Map<String, String> values(ConflictsResolvedV1 event) {
    Map<String, String> values = new LinkedHashMap<>(event.values());
    event.nulls().forEach(column -> values.put(column, null));
    return values;
  }
}
