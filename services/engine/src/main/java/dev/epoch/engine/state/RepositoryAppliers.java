package dev.epoch.engine.state;

import dev.epoch.events.event.RepositoryCreatedV1;
import java.util.List;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;

final class RepositoryAppliers {
  private RepositoryAppliers() {}

  static RepositoryState created(RepositoryState state, RepositoryCreatedV1 event, Occurrence at) {
    CommitState root =
        new CommitState(
            event.rootCommit(),
            List.of(),
            at.actor(),
            at.actor(),
            "",
            at.time(),
            0,
            at.version(),
            List.of(),
            List.of(),
            HashTreePMap.empty());
    BranchState main =
        new BranchState(
            event.defaultBranchId(),
            event.defaultBranch(),
            event.rootCommit(),
            at.time(),
            HashTreePMap.empty(),
            HashTreePSet.empty(),
            null,
            null,
            null,
            BranchTraits.NONE);
    return state
        .withProfile(
            Profile.created(state.name(), event.description(), at.time(), event.defaultBranchId()))
        .withCommits(state.commits().with(root))
        .withBranch(main);
  }

  /** All is forgotten but the outcomes: a retried deletion is answered alike. */
  static RepositoryState deleted(RepositoryState state) {
    return RepositoryState.empty(state.name()).withOutcomes(state.outcomes());
  }
}
