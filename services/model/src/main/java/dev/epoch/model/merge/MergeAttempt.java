package dev.epoch.model.merge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.events.table.Column;
import dev.epoch.model.row.Row;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowKey;
import dev.epoch.model.value.JsonDocuments;
import dev.epoch.model.value.JsonText;
import dev.epoch.model.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One row in the middle of a merge: what is merged so far, and what is still open. Decisions, of
 * rules or of people, are put in the place of what is open.
 */
final class MergeAttempt {
  private final RowMerge merge;
  private final RowKey key;
  private final BaseRow base;
  private final Row ours;
  private final Row theirs;

  /** How the row conflicts before any decision; null if it does not. */
  private ConflictType type;

  private boolean presenceOpen;
  private boolean absent;
  private String[] values;
  private final List<FieldConflict> open = new ArrayList<>();

  /** What both sides changed to one value, where a rule may make another of it. */
  private final List<FieldConflict> agreed = new ArrayList<>();

  private final Map<String, JsonMerge> documents = new HashMap<>();

  MergeAttempt(RowMerge merge, RowKey key, BaseRow base, Row ours, Row theirs) {
    this.merge = merge;
    this.key = key;
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    if (base.settled() && merge.sameRow(base.row(), theirs)) {
      take(ours);
    } else if (merge.sameRow(ours, theirs)) {
      take(ours);
      if (ours != null && merge.addsUp()) {
        mergeFields();
      }
    } else if (base.settled() && merge.sameRow(base.row(), ours)) {
      take(theirs);
    } else if (ours == null || theirs == null) {
      type = ours == null ? ConflictType.MODIFY_DELETE : ConflictType.DELETE_MODIFY;
      presenceOpen = true;
      take(ours == null ? theirs : ours);
    } else {
      take(ours);
      mergeFields();
    }
  }

  private void mergeFields() {
    for (int i = 0; i < merge.width(); i++) {
      Column column = merge.column(i);
      if (!column.generated()) {
        mergeField(i, column);
      }
    }
    if (!open.isEmpty()) {
      type = base.row() == null ? ConflictType.ADD_ADD : ConflictType.MODIFY_MODIFY;
    }
  }

  private void mergeField(int i, Column column) {
    String o = ours.get(i);
    String t = theirs.get(i);
    String b = base.get(i);
    if (Values.same(column.type(), o, t)) {
      if (merge.addsUp(i)) {
        agree(column, b, o, t);
      }
      return;
    }
    if (baseKnown(column.name())) {
      if (Values.same(column.type(), b, t)) {
        return;
      }
      if (Values.same(column.type(), b, o)) {
        values[i] = t;
        return;
      }
      Optional<JsonMerge> document =
          column.type().isJson() && merge.mergesByKey(column.name())
              ? JsonMerge.of(b, o, t)
              : Optional.empty();
      if (document.isPresent()) {
        documents.put(column.name(), document.get());
        document.get().conflicts().forEach(part -> open.add(conflict(column, part)));
        if (merge.addsUp(i)) {
          document.get().agreed().forEach(part -> agreed.add(conflict(column, part)));
        }
        return;
      }
    }
    open.add(FieldConflict.whole(column.name(), b, o, t));
  }

  /** Both sides have one value: it counts as two changes if neither is the base's. */
  private void agree(Column column, String b, String o, String t) {
    boolean bothAdded =
        base.row() == null && !base.presenceDisputed() && merge.hasOwnRule(column.name());
    boolean bothChanged = baseKnown(column.name()) && !Values.same(column.type(), b, o);
    if (!bothAdded && !bothChanged) {
      return;
    }
    Optional<JsonMerge> document =
        bothChanged && column.type().isJson() && merge.mergesByKey(column.name())
            ? JsonMerge.of(b, o, t)
            : Optional.empty();
    if (document.isEmpty()) {
      agreed.add(FieldConflict.whole(column.name(), b, o, t));
    } else if (!document.get().agreed().isEmpty()) {
      documents.put(column.name(), document.get());
      document.get().agreed().forEach(part -> agreed.add(conflict(column, part)));
    }
  }

  private static FieldConflict conflict(Column column, JsonMerge.PartConflict part) {
    return new FieldConflict(
        column.name(),
        part.path(),
        JsonText.compact(part.base()),
        JsonText.compact(part.ours()),
        JsonText.compact(part.theirs()));
  }

  /** Settles what is open wherever the function has an answer. */
  void settle(Function<FieldConflict, Optional<? extends Pick>> answers) {
    for (FieldConflict conflict : List.copyOf(open)) {
      answers.apply(conflict).ifPresent(pick -> put(conflict, pick));
    }
  }

  /** The same of what both sides changed to one value, which stays where there is no answer. */
  void settleAgreed(Function<FieldConflict, Optional<? extends Pick>> answers) {
    for (FieldConflict conflict : agreed) {
      answers.apply(conflict).ifPresent(pick -> put(conflict, pick));
    }
  }

  private void put(FieldConflict conflict, Pick pick) {
    String text = pick.text(conflict);
    if (conflict.path().isEmpty()) {
      values[merge.indexOf(conflict.name())] = text;
    } else {
      Optional<JsonNode> part = JsonDocuments.read(text);
      if (text != null && part.isEmpty()) {
        throw new IllegalArgumentException(
            "the value for " + conflict.label() + " is no JSON: " + text);
      }
      documents.get(conflict.name()).set(conflict.path(), part.orElse(null));
    }
    open.remove(conflict);
  }

  /** Puts a value in a column, whatever was open there. */
  void put(int column, String value) {
    String name = merge.column(column).name();
    documents.remove(name);
    open.removeIf(conflict -> conflict.name().equals(name));
    values[column] = value;
  }

  /** The whole row is this one, null to delete it; nothing stays open. */
  void take(Row row) {
    absent = row == null;
    values = row == null ? null : row.values().toArray(String[]::new);
    open.clear();
    documents.clear();
  }

  void takePresent(Row row) {
    take(row);
    presenceOpen = false;
  }

  boolean presenceOpen() {
    return presenceOpen;
  }

  boolean baseKnown(String column) {
    return base.row() != null && base.settled(column);
  }

  /** Whether there is to be no row. */
  boolean isAbsent() {
    return absent;
  }

  List<FieldConflict> open() {
    return open;
  }

  /** The conflict as it is now, with what is still open; only if something is. */
  RowConflict conflict() {
    return new RowConflict(
        merge.tableId(), merge.tableName(), key, type, presenceOpen ? changedFields() : open, null);
  }

  MergeOutcome outcome() {
    if (presenceOpen || !open.isEmpty()) {
      return new MergeOutcome.Conflict(conflict());
    }
    return outcomeOf(row());
  }

  MergeOutcome outcomeOf(Row merged) {
    return merge.sameRow(ours, merged)
        ? new MergeOutcome.Unchanged()
        : new MergeOutcome.Write(new RowChange(key, ours, merged));
  }

  /** The row as it is now, ours in the place of what is open; null if it is absent. */
  Row row() {
    if (absent) {
      return null;
    }
    String[] result = values.clone();
    documents.forEach((name, document) -> {
      int i = merge.indexOf(name);
      result[i] = JsonText.compact(document.merged());
    });
    return merge.withoutStaleValues(Row.of(result), ours, theirs, base.row());
  }

  /** What the side that kept the row changed. */
  private List<FieldConflict> changedFields() {
    Row kept = ours == null ? theirs : ours;
    List<FieldConflict> fields = new ArrayList<>();
    for (int i = 0; i < merge.width(); i++) {
      Column column = merge.column(i);
      if (!column.generated() && !Values.same(column.type(), base.get(i), kept.get(i))) {
        fields.add(
            FieldConflict.whole(
                column.name(),
                base.get(i),
                ours == null ? null : ours.get(i),
                theirs == null ? null : theirs.get(i)));
      }
    }
    return fields;
  }
}
