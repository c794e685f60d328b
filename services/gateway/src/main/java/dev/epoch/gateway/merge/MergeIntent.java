package dev.epoch.gateway.merge;

import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.ConflictSettings;
import dev.epoch.gateway.operation.ChangeKind;
import dev.epoch.gateway.stream.Lineage;
import dev.epoch.model.commit.CommitId;
import dev.epoch.model.commit.MergeBase;
import dev.epoch.model.merge.Decision;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.model.merge.rule.ConflictPolicy;
import java.util.List;

/**
 * Rows of another commit that somebody wants on a branch: a merge, or a commit that is replayed;
 * begun now, or open and continued.
 *
 * @param targetId id of the branch
 * @param sourceCommit id of the commit that is merged
 * @param source as the user named it
 * @param strategy wire name: three_way, fast_forward, ours, theirs
 * @param givenMessage of the commit, null for the usual one
 * @param author of the commit
 * @param liveChanges {@code commit} or {@code refuse}
 * @param noCommit leave the merge open for its commit
 * @param failOnConflict refuse instead of leaving conflicts open
 * @param mergeId of the open merge that continues, or null
 * @param decisions of it, in order
 * @param command wire name of the command
 * @param verb merge, revert, cherry_pick, rebase
 * @param rules what settles conflicts, or null; before the settings of the repository do, unless it
 *     continues
 * @param base id of the commit that both sides are compared with; null for their merge base
 * @param promotion whether checks and hooks of promotions are asked, too
 * @param allowDestructive whether it may take away what live tables have, such as a column
 */
public record MergeIntent(
    String targetId,
    String sourceCommit,
    String source,
    String strategy,
    String givenMessage,
    Actor author,
    String liveChanges,
    boolean noCommit,
    boolean failOnConflict,
    String mergeId,
    List<Decision> decisions,
    String command,
    String verb,
    ConflictSettings rules,
    String base,
    boolean promotion,
    boolean allowDestructive) {

  /**
   * What settles conflicts: of an open merge what did when it was opened, so that decisions of
   * people are not overruled later.
   */
  ConflictSettings settings(RepositoryState state) {
    if (continues()) {
      return rules == null ? ConflictSettings.NONE : rules;
    }
    ConflictSettings settings = state.profile().conflict();
    return rules == null ? settings : rules.over(settings);
  }

  ConflictPolicy policy(RepositoryState state) {
    return new ConflictPolicy(settings(state));
  }

  /** What the rows of this head and of the source are compared with. */
  MergeBase base(RepositoryState state, String head) {
    return base == null
        ? Lineage.mergeBase(state, head, sourceCommit)
        : new MergeBase.Commit(new CommitId(base));
  }

  /** The same with what another commit changed since the base. */
  MergeIntent of(CommitState other) {
    return new MergeIntent(
        targetId,
        other.id(),
        source,
        strategy,
        givenMessage,
        author,
        liveChanges,
        noCommit,
        failOnConflict,
        mergeId,
        decisions,
        command,
        verb,
        rules,
        base,
        promotion,
        allowDestructive);
  }

  /** The best common ancestors, or the commit that stands for them. */
  List<String> bases(RepositoryState state, String head) {
    return base == null ? Lineage.mergeBases(state, head, sourceCommit) : List.of(base);
  }

  /** What checks and hooks see in it. */
  ChangeKind change() {
    return !isMerge() ? ChangeKind.COMMIT : promotion ? ChangeKind.PROMOTION : ChangeKind.MERGE;
  }

  boolean isMerge() {
    return verb.equals("merge");
  }

  boolean continues() {
    return mergeId != null;
  }

  /** Live changes are committed first, unless the head is only to be moved. */
  boolean commitsLiveChanges() {
    return liveChanges.equals("commit") && !strategy.equals("fast_forward");
  }

  MergeStrategy rowStrategy() {
    return strategy.equals("fast_forward") ? MergeStrategy.DEFAULT : MergeStrategy.of(strategy);
  }

  String message(String target) {
    return givenMessage != null ? givenMessage : "Merge " + source + " into " + target;
  }
}
