package dev.epoch.model.merge;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The conflicts that somebody looked at when they decided. A decision is about these alone: about a
 * field only while base, ours and theirs are what they were, about a whole row only while nothing
 * of it is new. So a merge can be planned again over rows that have changed, and only what is new
 * or different is asked.
 */
public final class DecidedConflicts {
  /** For decisions that are taken in advance, about whatever comes. */
  public static final DecidedConflicts ANY = new DecidedConflicts(null);

  private final Map<String, RowConflict> byId;

  private DecidedConflicts(Map<String, RowConflict> byId) {
    this.byId = byId;
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
