package dev.epoch.gateway.merge.conflict;

import dev.epoch.events.LearntConflict;
import dev.epoch.model.merge.ConflictMarks;
import dev.epoch.model.merge.ConflictType;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.Resolution;
import dev.epoch.model.merge.ResolutionSelector;
import dev.epoch.model.merge.RowConflict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decisions that were made about the same conflicts before. Whoever decides about a whole conflict
 * decides about each of its fields, too, so that one that comes back alone is known.
 */
@FunctionalInterface
public interface LearntResolutions {

  /** A decision as it was made, by mark of a conflict or field; none for marks that are unknown. */
  Map<String, Learnt> of(Collection<String> marks);

  /**
   * How a conflict, or a field of one, was decided.
   *
   * @param position of the decision in the log: later ones go before earlier ones
   * @param resolution wire name: ours, theirs, base, value
   * @param values for resolution value: canonical text by column, null for columns set to null
   * @param deleteRow for resolution value: the row is to be absent
   */
  record Learnt(long position, String resolution, Map<String, String> values, boolean deleteRow) {}

  /**
   * What is known of a conflict that is here again.
   *
   * @param row how all of it was decided, or null
   * @param fields how fields were, by label; those that were decided before the row are left out
   */
  record Offer(Learnt row, Map<String, Learnt> fields) {
    public static final Offer NONE = new Offer(null, Map.of());

    public boolean isEmpty() {
      return row == null && fields.isEmpty();
    }
  }

  /** What is known of a conflict, from what {@link #of} gave for its {@link #marks}. */
  public static Offer offer(RowConflict conflict, Map<String, Learnt> known) {
    return offer(conflict, ResolutionSelector.ALL, known);
  }

  /**
   * @param scope of its fields only those that it selects; if it names one, nothing of the row
   */
  static Offer offer(RowConflict conflict, ResolutionSelector scope, Map<String, Learnt> known) {
    Learnt row = scope.field() == null ? known.get(ConflictMarks.ofRow(conflict)) : null;
    Map<String, Learnt> fields = new LinkedHashMap<>();
    if (byField(conflict)) {
      for (FieldConflict field : conflict.fields()) {
        Learnt learnt = known.get(ConflictMarks.ofField(conflict, field));
        if (learnt != null
            && scope.matches(field)
            && (row == null || learnt.position() > row.position())) {
          fields.put(field.label(), learnt);
        }
      }
    }
    return row == null && fields.isEmpty() ? Offer.NONE : new Offer(row, fields);
  }

  /** Under which marks a conflict and its fields are known. */
  public static List<String> marks(RowConflict conflict) {
    List<String> marks = new ArrayList<>();
    marks.add(ConflictMarks.ofRow(conflict));
    if (byField(conflict)) {
      conflict.fields().forEach(field -> marks.add(ConflictMarks.ofField(conflict, field)));
    }
    return marks;
  }

  /** What a decision is to be remembered for, of a conflict that it is about. */
  static List<LearntConflict> learnt(RowConflict conflict, Decision decision) {
    ResolutionSelector selector = decision.selector();
    List<LearntConflict> learnt = new ArrayList<>();
    if (selector.field() == null) {
      learnt.add(entry(conflict, ConflictMarks.ofRow(conflict), null));
    }
    if (byField(conflict) && !(decision.resolution() instanceof Resolution.DeleteRow)) {
      for (FieldConflict field : conflict.fields()) {
        if (selector.matches(field) && speaksOf(decision.resolution(), field)) {
          learnt.add(entry(conflict, ConflictMarks.ofField(conflict, field), field.label()));
        }
      }
    }
    return learnt;
  }

  /** The decisions that an offer stands for, in the order they were made. */
  static List<Again> again(RowConflict conflict, Offer offer) {
    List<Again> again = new ArrayList<>();
    if (offer.row() != null) {
      again.add(new Again(conflict, null, offer.row()));
    }
    offer.fields().forEach((field, learnt) -> again.add(new Again(conflict, field, learnt)));
    again.sort(Comparator.comparingLong(one -> one.learnt().position()));
    return again;
  }

  /**
   * A decision that is made again.
   *
   * @param field label, or null for the row
   */
  record Again(RowConflict conflict, String field, Learnt learnt) {}

  private static boolean byField(RowConflict conflict) {
    return conflict.type() == ConflictType.MODIFY_MODIFY || conflict.type() == ConflictType.ADD_ADD;
  }

  private static boolean speaksOf(Resolution resolution, FieldConflict field) {
    return !(resolution instanceof Resolution.Value(Map<String, String> values))
        || values.containsKey(field.label());
  }

  private static LearntConflict entry(RowConflict conflict, String mark, String field) {
    return new LearntConflict(
        mark, conflict.tableName(), conflict.key().values(), field, conflict.constraint());
  }
}
