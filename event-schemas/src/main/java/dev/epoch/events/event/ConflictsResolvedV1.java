package dev.epoch.events.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.Digest;
import dev.epoch.events.LearntConflict;
import java.util.List;
import java.util.Map;

/**
 * A decision about conflicts of an open merge. Later decisions go before earlier ones.
 *
 * @param mergeId of the merge
 * @param branchId target
 * @param table only this table, or null
 * @param key only this row, or empty
 * @param field only this field, or null
 * @param constraint only this constraint, or null
 * @param resolution ours, theirs, base, value
 * @param values for resolution value: canonical text by column
 * @param nulls for resolution value: columns set to null
 * @param deleteRow for resolution value: the row is to be absent
 * @param resolved conflicts this decision settled
 * @param remaining conflicts still open
 * @param decided fields of conflicts that the decision is about
 * @param conflictSet root chunk of the conflicts that the decision was made on, or null: it is
 *     about what these hold, with the values they have there
 * @param learnt conflicts that the decision is remembered for
 */
public record ConflictsResolvedV1(
    String mergeId,
    String branchId,
    String table,
    List<String> key,
    String field,
    String constraint,
    String resolution,
    Map<String, String> values,
    List<String> nulls,
    boolean deleteRow,
    long resolved,
    long remaining,
    long decided,
    Digest conflictSet,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LearntConflict> learnt)
    implements Event.OfMerge {
  public ConflictsResolvedV1 {
    key = key == null ? List.of() : List.copyOf(key);
    nulls = nulls == null ? List.of() : List.copyOf(nulls);
    values = values == null ? Map.of() : Map.copyOf(values);
    learnt = learnt == null ? List.of() : List.copyOf(learnt);
  }

  /** The same for who does not ask what it is remembered for. */
  public ConflictsResolvedV1 withoutLearnt() {
    return new ConflictsResolvedV1(
        mergeId,
        branchId,
        table,
        key,
        field,
        constraint,
        resolution,
        values,
        nulls,
        deleteRow,
        resolved,
        remaining,
        decided,
        conflictSet,
        List.of());
  }
}
