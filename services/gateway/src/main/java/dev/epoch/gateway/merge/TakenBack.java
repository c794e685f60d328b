package dev.epoch.gateway.merge;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.Lineage;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes of a branch that were merged and taken back: a merge brings them no more, for the target
 * has their commits already.
 *
 * <pre>
 *   main   --A---M---R     R reverts M: merging topic again brings nothing of T
 *             --T
 *   topic
 * </pre>
 */
public final class TakenBack {
  private static final Pattern REVERTS = Pattern.compile("This reverts commit ([0-9a-f]{64})");

  /** Commits on the target's line that are looked at. */
  private static final int MOST = 1000;

  private TakenBack() {}

  /**
   * The newest revert on the target's line of something that the source has and that was not
   * reverted itself; empty if there is none.
   *
   * @param target id of its head
   * @param source id of a commit
   */
  public static Optional<String> of(RepositoryState state, String target, String source) {
    Set<String> again = new HashSet<>();
    String id = target;
    for (int i = 0; i < MOST && id != null; i++) {
      Optional<CommitState> commit = state.commits().of(id);
      if (commit.isEmpty()) {
        return Optional.empty();
      }
      Matcher reverts = REVERTS.matcher(commit.get().message());
      if (reverts.find() && !again.contains(id)) {
        again.add(reverts.group(1));
        if (has(state, source, reverts.group(1)) && !Lineage.isAncestor(state, id, source)) {
          return Optional.of(id);
        }
      }
      id = state.commits().firstParent(id);
    }
    return Optional.empty();
  }

  /** Whether the source has what a commit brought: itself, or the other side of a merge. */
  private static boolean has(RepositoryState state, String source, String reverted) {
    return state
        .commits()
        .of(reverted)
        .map(commit -> commit.parents().size() > 1 ? commit.parents().get(1) : commit.id())
        .filter(brought -> Lineage.isAncestor(state, brought, source))
        .isPresent();
  }
}
