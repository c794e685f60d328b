package dev.epoch.engine.state;

import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.model.access.AccessPolicy;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All that deciding needs to know of a repository. Immutable: a new version shares structure with
 * the old one, so that readers keep a consistent view while the engine goes on.
 *
 * @param profile name, default branch, whether it exists
 * @param version of the stream that is included
 * @param storages configured backends
 * @param tables registered tables
 * @param branches branches
 * @param tags names of commits that stay
 * @param commits the commit graph, and what is recorded of the schemas of commits
 * @param operations in doubt
 * @param sessions what actors work on
 * @param outcomes of recent commands
 * @param catalog classes and instances beside the tables
 */
public record RepositoryState(
    Profile profile,
    long version,
    Storages storages,
    Tables tables,
    Branches branches,
    Tags tags,
    Commits commits,
    PMap<UUID, OperationState> operations,
    Sessions sessions,
    Outcomes outcomes,
    CatalogState catalog) {

  public RepositoryState {
    Objects.requireNonNull(profile, "profile");
  }

  /** Before the first record. */
  public static RepositoryState empty(String name) {
    return new RepositoryState(
        Profile.absent(name),
        0,
        Storages.NONE,
        Tables.NONE,
        Branches.NONE,
        Tags.NONE,
        Commits.NONE,
        HashTreePMap.empty(),
        Sessions.NONE,
        Outcomes.NONE,
        CatalogState.NONE);
  }

  /** By id of the commit: what is recorded of the schemas of its databases. */
  public Map<String, CommitSchema> schemas() {
    return commits.schemas();
  }

  /** Who may do what. */
  public AccessPolicy access() {
    return profile.access();
  }

  public boolean exists() {
    return profile.exists();
  }

  public String name() {
    return profile.name();
  }

  public BranchState defaultBranch() {
    return branches.byId().get(profile.defaultBranchId());
  }

  public boolean isDefault(BranchState branch) {
    return branch.id().equals(profile.defaultBranchId());
  }

  public Optional<BranchState> branch(String name) {
    return branches.named(name);
  }

  public CommitState head(BranchState branch) {
    return commits.byId().get(branch.head());
  }

  /** The branch that the actor works on: the one checked out last, else the default branch. */
  public BranchState currentBranch(String actorId) {
    BranchState checkedOut =
        branches.byId().get(sessions.checkouts().getOrDefault(actorId, profile.defaultBranchId()));
    return checkedOut == null ? defaultBranch() : checkedOut;
  }

  RepositoryState withProfile(Profile newProfile) {
    return new RepositoryState(
        newProfile,
        version,
        storages,
        tables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withVersion(long newVersion) {
    return new RepositoryState(
        profile,
        newVersion,
        storages,
        tables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withStorages(Storages newStorages) {
    return new RepositoryState(
        profile,
        version,
        newStorages,
        tables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withTables(Tables newTables) {
    return new RepositoryState(
        profile,
        version,
        storages,
        newTables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withBranches(Branches newBranches) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        newBranches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  /** With one branch replaced. */
  RepositoryState withBranch(BranchState branch) {
    return withBranches(branches.with(branch));
  }

  RepositoryState withTags(Tags newTags) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        newTags,
        commits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withCommits(Commits newCommits) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        tags,
        newCommits,
        operations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withOperations(PMap<UUID, OperationState> newOperations) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        tags,
        commits,
        newOperations,
        sessions,
        outcomes,
        catalog);
  }

  RepositoryState withSessions(Sessions newSessions) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        tags,
        commits,
        operations,
        newSessions,
        outcomes,
        catalog);
  }

  RepositoryState withOutcomes(Outcomes newOutcomes) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        newOutcomes,
        catalog);
  }

  RepositoryState withCatalog(CatalogState newCatalog) {
    return new RepositoryState(
        profile,
        version,
        storages,
        tables,
        branches,
        tags,
        commits,
        operations,
        sessions,
        outcomes,
        newCatalog);
  }
}
