package dev.epoch.gateway.history;

import java.util.Objects;

/**
 * What a branch name stands for.
 *
 * @param branch id, never used again when the branch is deleted; null if that is not told, and for
 *     a name without branch
 * @param commit its head; null for a name without branch
 */
public record Head(String branch, String commit) {
  /** No branch has the name. */
  public static final Head ABSENT = new Head(null, null);

  /** Whether both can be the same; a branch that is not told can be any. */
  boolean is(Head other) {
    return Objects.equals(commit, other.commit)
        && (branch == null || other.branch == null || branch.equals(other.branch));
  }

  @Override
  public String toString() {
    return commit == null ? "absent" : branch + "@" + commit;
  }
}
