package dev.epoch.gateway.merge.conflict;

import dev.epoch.events.LearntConflict;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.RowConflict;
import java.util.ArrayList;
import java.util.List;

/**
 * What a decision is remembered for. One about more conflicts than a record has room for is
 * remembered for none: rules are for what is always decided alike.
 */
final class LearntMarks {
  /** Conflicts and fields. */
  static final int MOST = 1000;

  /** Characters of keys and names, far below what a record may have in bytes. */
  private static final int MOST_CHARACTERS = 50_000;

  private final Decision decision;
  private final List<LearntConflict> all = new ArrayList<>();
  private long characters;

  LearntMarks(Decision decision) {
    this.decision = decision;
  }

  /** A conflict that the decision is about. */
  void add(RowConflict conflict) {
    if (isTooMuch()) {
      return;
    }
    for (LearntConflict learnt : LearntResolutions.learnt(conflict, decision)) {
      all.add(learnt);
      characters += learnt.table().length() + length(learnt.field()) + length(learnt.constraint());
      for (String part : learnt.key()) {
        characters += part.length();
      }
    }
  }

  private boolean isTooMuch() {
    return all.size() > MOST || characters > MOST_CHARACTERS;
  }

  private static int length(String text) {
    return text == null ? 0 : text.length();
  }

  List<LearntConflict> all() {
    return isTooMuch() ? List.of() : List.copyOf(all);
  }
}
