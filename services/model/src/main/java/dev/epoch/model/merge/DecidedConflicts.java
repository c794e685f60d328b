package dev.epoch.model.merge;

import dev.epoch.model.row.RowKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The conflicts that somebody looked at when they decided. A decision for values is about these
 * alone: about a field only while base, ours and theirs are what they were, about a whole row only
 * while nothing of it is new. So a merge can be planned again over rows that have changed, and only
 * what is new or different is asked. A {@linkplain Decision decision for a side} stays.
 */
public final class DecidedConflicts {
  /** For decisions that are taken in advance, about whatever comes. */
  public static final DecidedConflicts ANY = new DecidedConflicts(null);

  private final Map<String, RowConflict> byId;

  /** Records, and ids of their tables, of those that break no constraint. */
  private final Set<RecordId> records;

  private final Set<String> tables;

  private record RecordId(String tableId, RowKey key) {
    static RecordId of(RowConflict conflict) {
      return new RecordId(conflict.tableId(), conflict.key());
    }
  }

  private DecidedConflicts(Map<String, RowConflict> byId) {
    this.byId = byId;
    this.records =
        byId == null
            ? Set.of()
            : byId.values().stream()
                .filter(conflict -> conflict.constraint() == null)
                .map(RecordId::of)
                .collect(Collectors.toSet());
    this.tables = records.stream().map(RecordId::tableId).collect(Collectors.toSet());
  }

  public static DecidedConflicts of(Collection<RowConflict> conflicts) {
    Map<String, RowConflict> byId = new HashMap<>();
    conflicts.forEach(conflict -> byId.put(conflict.id(), conflict));
    return new DecidedConflicts(Map.copyOf(byId));
  }

  /** Those about broken constraints. */
  public List<RowConflict> ofConstraints() {
    return byId == null
        ? List.of()
        : byId.values().stream()
            .filter(conflict -> conflict.type() == ConflictType.CONSTRAINT)
            .toList();
  }

  /** Whether there was a conflict about the same row, of the same kind. */
  boolean hadRow(RowConflict conflict) {
    return byId == null || byId.containsKey(conflict.id());
  }

  /** Whether there was a conflict about the same record, of whichever kind. */
  boolean hadRecord(RowConflict conflict) {
    return byId == null || records.contains(RecordId.of(conflict));
  }

  /** Whether there was a conflict about a record of the same table. */
  boolean hadTable(RowConflict conflict) {
    return byId == null || tables.contains(conflict.tableId());
  }

  /** Whether each field of the conflict was among them, with the same values. */
  boolean hadAll(RowConflict conflict) {
    return byId == null
        || hadRow(conflict) && conflict.fields().stream().allMatch(field -> had(conflict, field));
  }

  /** Whether this field of the conflict was among them, with the same values. */
  boolean had(RowConflict conflict, FieldConflict field) {
    if (byId == null) {
      return true;
    }
    RowConflict former = byId.get(conflict.id());
    return former != null
        && former.fields().stream().anyMatch(known -> Objects.equals(known, field));
  }
}
