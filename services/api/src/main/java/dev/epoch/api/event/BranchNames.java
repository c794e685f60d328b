package dev.epoch.api.event;

import dev.epoch.engine.state.BranchState;
import dev.epoch.gateway.stream.LiveRepository;
import java.util.Map;
import java.util.Optional;

/** Names of a repository's branches. */
@FunctionalInterface
interface BranchNames {
  /** Of the branch of this id; empty if it is not known. */
  Optional<String> of(String branchId);

  /** Those of now; branches that come later are known by the names that they have when asked. */
  static BranchNames now(LiveRepository repository) {
    Map<String, BranchState> now = repository.state().branches().byId();
    return id ->
        Optional.ofNullable(now.get(id))
            .or(() -> Optional.ofNullable(repository.state().branches().byId().get(id)))
            .map(BranchState::name);
  }
}
