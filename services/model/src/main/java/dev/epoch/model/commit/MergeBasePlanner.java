package dev.epoch.model.commit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Unfolds criss-cross histories into a {@link MergeBase}.
 *
 * <p>Several bases are folded from the oldest to the newest, as git does. Each virtual base costs a
 * look-up per disputed row, and a row disputed through many of them is a conflict anyway: once
 * {@value #MAX_VIRTUAL} are planned, the newest best common ancestor stands for all further ones.
 * The plan depends on the graph alone.
 */
final class MergeBasePlanner {
  static final int MAX_VIRTUAL = 16;

  private final Ancestry ancestry;
  private int left = MAX_VIRTUAL;

  MergeBasePlanner(Ancestry ancestry) {
    this.ancestry = ancestry;
  }

  MergeBase plan(Collection<CommitId> ours, Collection<CommitId> theirs) {
    List<CommitId> bases = ancestry.mergeBases(ours, theirs);
    if (bases.isEmpty()) {
      return new MergeBase.Unrelated();
    }
    if (bases.size() - 1 > left) {
      return new MergeBase.Commit(bases.getFirst());
    }
    left -= bases.size() - 1;
    List<CommitId> oldestFirst = bases.reversed();
    List<CommitId> folded = new ArrayList<>(List.of(oldestFirst.getFirst()));
    MergeBase base = new MergeBase.Commit(oldestFirst.getFirst());
    for (CommitId next : oldestFirst.subList(1, oldestFirst.size())) {
      base = new MergeBase.Virtual(base, next, plan(folded, List.of(next)));
      folded.add(next);
    }
    return base;
  }
}
