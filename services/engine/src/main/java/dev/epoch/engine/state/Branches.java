package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Branches.
 *
 * @param byId all that exist
 * @param idByName their names
 * @param reviews of their heads, by branch id and id of who reviewed
 */
public record Branches(
    PMap<String, BranchState> byId,
    PMap<String, String> idByName,
    PMap<String, PMap<String, Review>> reviews) {
  public static final Branches NONE =
      new Branches(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

  /** The branch of this name; none for null. */
  public Optional<BranchState> named(String name) {
    return Optional.ofNullable(name).map(idByName::get).map(byId::get);
  }

  Branches with(BranchState branch) {
    BranchState former = byId.get(branch.id());
    PMap<String, String> names =
        former == null || former.name().equals(branch.name())
            ? idByName
            : idByName.minus(former.name());
    return new Branches(
        byId.plus(branch.id(), branch), names.plus(branch.name(), branch.id()), reviews);
  }

  /** What was said about a branch, by id of who said it. */
  public PMap<String, Review> reviewsOf(String branchId) {
    return reviews.getOrDefault(branchId, HashTreePMap.empty());
  }

  Branches with(String branchId, Review review) {
    return new Branches(
        byId,
        idByName,
        reviews.plus(branchId, reviewsOf(branchId).plus(review.actor().id(), review)));
  }

  Branches without(String id) {
    return new Branches(byId.minus(id), idByName.minus(byId.get(id).name()), reviews.minus(id));
  }
}
