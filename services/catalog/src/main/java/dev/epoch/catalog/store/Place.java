package dev.epoch.catalog.store;

import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.LiveRepository;

/**
 * A branch of a catalog, as it is now.
 *
 * @param repository whose catalog it is
 * @param state of the repository
 * @param branch of the catalog
 */
public record Place(LiveRepository repository, RepositoryState state, CatalogBranch branch) {
  public CatalogState catalog() {
    return state.catalog();
  }

  /**
   * The branch of this id or name, or the default branch for null.
   *
   * @throws CatalogException if there is no such branch, or no catalog
   */
  public static Place of(LiveRepository repository, RepositoryState state, String branch) {
    CatalogState catalog = state.catalog();
    if (!catalog.exists()) {
      throw CatalogException.notFound("Database", repository.name());
    }
    return new Place(
        repository,
        state,
        catalog
            .branch(branch == null ? catalog.defaultBranchId() : branch)
            .orElseThrow(() -> CatalogException.notFound("Branch", branch)));
  }

  /** The same branch as it is by now. */
  public Place again() {
    return of(repository, repository.state(), branch.id());
  }
}
