package dev.epoch.engine.state;

import dev.epoch.events.BranchExpiry;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Branches.
 *
 * @param byId all that exist
 * @param idByName their names
 * @param reviews of their heads, by branch id and id of who reviewed
 * @param requests merges that wait until they are allowed, by ids of target and source
 * @param expiries when they expire, by branch id; those that do not left out
 * @param origins id of the branch that a branch was made from, by its id; those made from a tag, a
 *     commit, or a branch of which nothing is left are left out
 */
public record Branches(
    PMap<String, BranchState> byId,
    PMap<String, String> idByName,
    PMap<String, PMap<String, Review>> reviews,
    PMap<String, BranchExpiry> expiries,
    PMap<String, PMap<String, MergeRequest>> requests,
    PMap<String, String> origins) {
  private static final Pattern STEPS = Pattern.compile("[~^].*$");

  public static final Branches NONE =
      new Branches(
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty());

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
        byId.plus(branch.id(), branch),
        names.plus(branch.name(), branch.id()),
        reviews,
        expiries,
        requests,
        origins);
  }

  /** What was said about a branch, by id of who said it. */
  public PMap<String, Review> reviewsOf(String branchId) {
    return reviews.getOrDefault(branchId, HashTreePMap.empty());
  }

  Branches with(String branchId, Review review) {
    return new Branches(
        byId,
        idByName,
        reviews.plus(branchId, reviewsOf(branchId).plus(review.actor().id(), review)),
        expiries,
        requests,
        origins);
  }

  /** The merges into a branch that wait, by id of the source. */
  public PMap<String, MergeRequest> requestsFor(String branchId) {
    return requests.getOrDefault(branchId, HashTreePMap.empty());
  }

  /** With a merge that waits. */
  Branches requested(String branchId, MergeRequest request) {
    return withRequests(
        requests.plus(branchId, requestsFor(branchId).plus(request.sourceBranchId(), request)));
  }

  /** Without a merge that waits. */
  Branches requestClosed(String branchId, String sourceBranchId) {
    return withRequests(minus(requests, branchId, sourceBranchId));
  }

  private Branches withRequests(PMap<String, PMap<String, MergeRequest>> changed) {
    return new Branches(byId, idByName, reviews, expiries, changed, origins);
  }

  private static PMap<String, PMap<String, MergeRequest>> minus(
      PMap<String, PMap<String, MergeRequest>> requests, String target, String source) {
    PMap<String, MergeRequest> left =
        requests.getOrDefault(target, HashTreePMap.<String, MergeRequest>empty()).minus(source);
    return left.isEmpty() ? requests.minus(target) : requests.plus(target, left);
  }

  /** Neither into the branch nor of it. */
  private PMap<String, PMap<String, MergeRequest>> withoutRequests(String id) {
    PMap<String, PMap<String, MergeRequest>> left = requests.minus(id);
    for (String target : requests.keySet()) {
      if (left.containsKey(target)) {
        left = minus(left, target, id);
      }
    }
    return left;
  }

  /** When a branch expires, if it does. */
  public Optional<BranchExpiry> expiry(BranchState branch) {
    return Optional.ofNullable(expiries.get(branch.id()));
  }

  /**
   * With a time at which a branch expires.
   *
   * @param expiry null for never
   */
  Branches with(String branchId, BranchExpiry expiry) {
    return new Branches(
        byId,
        idByName,
        reviews,
        expiry == null ? expiries.minus(branchId) : expiries.plus(branchId, expiry),
        requests,
        origins);
  }

  Branches without(String id) {
    return new Branches(
        byId.minus(id),
        idByName.minus(byId.get(id).name()),
        reviews.minus(id),
        expiries.minus(id),
        withoutRequests(id),
        withoutOrigin(id));
  }

  /** With a branch that was made from another one. */
  Branches made(String branchId, String originId) {
    return new Branches(
        byId, idByName, reviews, expiries, requests, origins.plus(branchId, originId));
  }

  /** The branch that a start point names, also with steps back: {@code dev~2}; none for null. */
  public Optional<BranchState> origin(String startPoint) {
    return Optional.ofNullable(startPoint)
        .map(written -> STEPS.matcher(written).replaceFirst(""))
        .flatMap(this::named);
  }

  /** Those that were made from this branch, directly or by way of others. */
  public Set<BranchState> descendants(String id) {
    Set<BranchState> found = new LinkedHashSet<>();
    for (BranchState branch : byId.values()) {
      for (String at = origins.get(branch.id()); at != null; at = origins.get(at)) {
        if (at.equals(id)) {
          found.add(branch);
          break;
        }
      }
    }
    return found;
  }

  /** What was made from a branch that goes was made from where that one came from. */
  private PMap<String, String> withoutOrigin(String id) {
    String origin = origins.get(id);
    PMap<String, String> left = origins.minus(id);
    for (Map.Entry<String, String> one : origins.entrySet()) {
      if (one.getValue().equals(id)) {
        left = origin == null ? left.minus(one.getKey()) : left.plus(one.getKey(), origin);
      }
    }
    return left;
  }
}
