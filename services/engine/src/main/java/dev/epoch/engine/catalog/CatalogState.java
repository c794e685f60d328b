package dev.epoch.engine.catalog;

import dev.epoch.events.Digest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * The catalog of a repository, without classes and instances: those are in chunks beside the log.
 *
 * @param exists whether the repository has one
 * @param name for people
 * @param description for people, or null
 * @param createdAt when it was made, null if there is none
 * @param defaultBranchId id of the branch that is meant where none is named
 * @param ownsRepository whether the repository was made for it
 * @param branches by id
 * @param commits by id
 * @param order ids of the commits, oldest first
 * @param working commits that are being prepared, by the id of their branch
 * @param artifacts by id
 */
public record CatalogState(
    boolean exists,
    String name,
    String description,
    Instant createdAt,
    String defaultBranchId,
    boolean ownsRepository,
    PMap<String, CatalogBranch> branches,
    PMap<String, CatalogCommit> commits,
    PVector<String> order,
    PMap<String, WorkingCommit> working,
    PMap<String, CatalogArtifact> artifacts) {

  /** There is none. */
  public static final CatalogState NONE =
      new CatalogState(
          false,
          null,
          null,
          null,
          null,
          false,
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          TreePVector.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty());

  /** The branch of this id, or else the one of this name. */
  public Optional<CatalogBranch> branch(String idOrName) {
    if (idOrName == null) {
      return Optional.empty();
    }
    CatalogBranch byId = branches.get(idOrName);
    return byId != null
        ? Optional.of(byId)
        : branches.values().stream().filter(branch -> branch.name().equals(idOrName)).findFirst();
  }

  /** The commit of this id; none for null. */
  public Optional<CatalogCommit> commit(Digest id) {
    return id == null ? Optional.empty() : Optional.ofNullable(commits.get(id.hex()));
  }

  public Optional<WorkingCommit> working(CatalogBranch branch) {
    return Optional.ofNullable(working.get(branch.id()));
  }

  /** The commit and all before it; nothing for null. */
  public Set<Digest> history(Digest head) {
    Set<Digest> found = new HashSet<>();
    Deque<Digest> open = new ArrayDeque<>();
    if (head != null) {
      open.add(head);
    }
    while (!open.isEmpty()) {
      Digest next = open.poll();
      if (found.add(next)) {
        commit(next).ifPresent(commit -> open.addAll(commit.parents()));
      }
    }
    return found;
  }

  /**
   * The newest commit that both have in their history, null if they share none. Where several are
   * newest, the one made last.
   */
  public Digest mergeBase(Digest one, Digest other) {
    Set<Digest> ofOne = history(one);
    Set<Digest> ofOther = history(other);
    for (int i = order.size() - 1; i >= 0; i--) {
      Digest id = new Digest(order.get(i));
      if (ofOne.contains(id) && ofOther.contains(id)) {
        return id;
      }
    }
    return null;
  }

  CatalogState withBranch(CatalogBranch branch) {
    return with(branches.plus(branch.id(), branch), commits, order, working, artifacts);
  }

  CatalogState withoutBranch(String id) {
    return with(branches.minus(id), commits, order, working.minus(id), artifacts);
  }

  CatalogState withWorking(String branchId, WorkingCommit commit) {
    return with(
        branches,
        commits,
        order,
        commit == null ? working.minus(branchId) : working.plus(branchId, commit),
        artifacts);
  }

  CatalogState withCommit(CatalogCommit commit) {
    return with(
        branches,
        commits.plus(commit.id().hex(), commit),
        order.plus(commit.id().hex()),
        working,
        artifacts);
  }

  CatalogState withArtifact(CatalogArtifact artifact) {
    return with(branches, commits, order, working, artifacts.plus(artifact.id(), artifact));
  }

  private CatalogState with(
      PMap<String, CatalogBranch> newBranches,
      PMap<String, CatalogCommit> newCommits,
      PVector<String> newOrder,
      PMap<String, WorkingCommit> newWorking,
      PMap<String, CatalogArtifact> newArtifacts) {
    return new CatalogState(
        exists,
        name,
        description,
        createdAt,
        defaultBranchId,
        ownsRepository,
        newBranches,
        newCommits,
        newOrder,
        newWorking,
        newArtifacts);
  }
}
