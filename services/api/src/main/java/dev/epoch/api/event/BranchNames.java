package dev.epoch.api.event;

import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.LiveRepository;
import java.util.Optional;

/** Names of a repository's branches. */
@FunctionalInterface
interface BranchNames {
  /** Of the branch of this id; empty if it is not known. */
  Optional<String> of(String branchId);

  /**
   * Those of now, also of a catalog; branches that come later are known by the names that they have
   * when asked.
   */
  static BranchNames now(LiveRepository repository) {
    RepositoryState now = repository.state();
    return id -> name(now, id).or(() -> name(repository.state(), id));
  }

  private static Optional<String> name(RepositoryState state, String id) {
    return Optional.ofNullable(state.branches().byId().get(id))
        .map(BranchState::name)
        .or(() -> Optional.ofNullable(state.catalog().branches().get(id)).map(CatalogBranch::name));
  }
}
