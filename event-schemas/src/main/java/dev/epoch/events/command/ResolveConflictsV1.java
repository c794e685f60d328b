package dev.epoch.events.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.epoch.events.LearntConflict;
import java.util.List;
import java.util.Map;

/**
 * Decide about conflicts.
 *
 * @param branch target of the merge
 * @param table or null
 * @param key or empty
 * @param field or null
 * @param constraint or null
 * @param resolution ours, theirs, base, value
 * @param values canonical text by column
 * @param nulls columns set to null
 * @param deleteRow the row is to be absent
 * @param resolved fact: conflicts settled by it
 * @param remaining fact: conflicts left
 * @param decided fact: fields of conflicts that it is about
 * @param learnt fact: conflicts that it is remembered for
 */
public record ResolveConflictsV1(
    String branch,
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
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LearntConflict> learnt)
    implements Command {
  public ResolveConflictsV1 {
    key = key == null ? List.of() : List.copyOf(key);
    nulls = nulls == null ? List.of() : List.copyOf(nulls);
    values = values == null ? Map.of() : Map.copyOf(values);
    learnt = learnt == null ? List.of() : List.copyOf(learnt);
  }

  /** A decision whose facts are to be found. */
  public ResolveConflictsV1(
      String branch,
      String table,
      List<String> key,
      String field,
      String constraint,
      String resolution,
      Map<String, String> values,
      List<String> nulls,
      boolean deleteRow,
      long resolved,
      long remaining) {
    this(
        branch,
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
        0,
        List.of());
  }
}
