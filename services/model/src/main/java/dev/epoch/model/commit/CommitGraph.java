package dev.epoch.model.commit;

import java.time.Instant;
import java.util.List;

/**
 * The commits that exist and how they follow each other.
 *
 * <p>Each method throws {@link IllegalArgumentException} for a commit that does not exist.
 */
public interface CommitGraph {
  /** In order; the first is the head that the commit was made on. */
  List<CommitId> parents(CommitId commit);

  /** Greater than that of every parent. The smaller it is, the less is below. */
  int generation(CommitId commit);

  Instant time(CommitId commit);

  /** Its place among all commits, from 0: every parent has a smaller number. */
  int number(CommitId commit);

  CommitId commit(int number);

  /** As {@link #parents(CommitId)}, by numbers; not to be changed. */
  int[] parents(int number);
}
