package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Branches.
 *
 * @param byId all that exist
 * @param idByName their names
 */
public record Branches(PMap<String, BranchState> byId, PMap<String, String> idByName) {
  public static final Branches NONE = new Branches(HashTreePMap.empty(), HashTreePMap.empty());

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
    return new Branches(byId.plus(branch.id(), branch), names.plus(branch.name(), branch.id()));
  }

  Branches without(String id) {
    return new Branches(byId.minus(id), idByName.minus(byId.get(id).name()));
  }
}
