package dev.epoch.model.commit;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What two commits are merged against: a plan that tells whoever can read rows how to arrive at the
 * rows of the base.
 *
 * <p>Two histories that merged each other crosswise have several best common ancestors. None of
 * them may be taken alone, it would revert what the other brought. As in git's recursive merge, the
 * bases are first merged with each other, against <em>their</em> base, and that virtual commit is
 * the base:
 *
 * <pre>
 *   R---A---M---ours        base of (ours, theirs)
 *    \   \ /                  = Virtual(first  = Commit(B),
 *     \   X                             second = Commit(A),
 *      \ / \                            base   = Commit(R))
 *       B---N---theirs
 * </pre>
 *
 * {@code dev.epoch.model.merge.VirtualBase} does that for rows.
 */
public sealed interface MergeBase {
  /**
   * The best common ancestors it is made of. A row that is the same in all of them and in one side
   * of a merge was not changed on that side.
   */
  default List<CommitId> bestCommonAncestors() {
    return switch (this) {
      case Unrelated() -> List.of();
      case Commit(CommitId id) -> List.of(id);
      case Virtual(MergeBase first, CommitId second, MergeBase base) ->
          Stream.concat(first.bestCommonAncestors().stream(), Stream.of(second)).toList();
    };
  }

  /** The histories have nothing in common: every table and row was added by both. */
  record Unrelated() implements MergeBase {}

  /** One commit. */
  record Commit(CommitId id) implements MergeBase {
    public Commit {
      Objects.requireNonNull(id, "id");
    }
  }

  /**
   * The merge of several best common ancestors.
   *
   * @param first a commit, or the virtual merge of those before
   * @param second the next of the best common ancestors
   * @param base what those two are merged against
   */
  record Virtual(MergeBase first, CommitId second, MergeBase base) implements MergeBase {
    public Virtual {
      Objects.requireNonNull(first, "first");
      Objects.requireNonNull(second, "second");
      Objects.requireNonNull(base, "base");
    }
  }
}
