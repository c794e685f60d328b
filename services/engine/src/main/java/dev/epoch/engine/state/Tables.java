package dev.epoch.engine.state;

import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * Registered tables.
 *
 * @param byId all that ever were, removed ones too: old commits speak of them
 * @param idByName those that are versioned now
 * @param removed ids of those that are versioned no more
 */
public record Tables(
    PMap<String, RegisteredTable> byId, PMap<String, String> idByName, PSet<String> removed) {
  public static final Tables NONE =
      new Tables(HashTreePMap.empty(), HashTreePMap.empty(), HashTreePSet.empty());

  /** The table versioned under this name now; none for null. */
  public Optional<RegisteredTable> named(String name) {
    return Optional.ofNullable(name).map(idByName::get).map(byId::get);
  }

  Tables with(RegisteredTable table) {
    return new Tables(
        byId.plus(table.id(), table), idByName.plus(table.name(), table.id()), removed);
  }

  /** Removed tables of this name of which something is kept for commits, by id. */
  public List<String> kept(String name) {
    return removed.stream()
        .map(byId::get)
        .filter(table -> table.kept() && table.name().equals(name))
        .map(RegisteredTable::id)
        .sorted()
        .toList();
  }

  /**
   * @param kept whether commits still read what they read of it
   */
  Tables without(String id, boolean kept) {
    RegisteredTable table = byId.get(id);
    return new Tables(
        byId.plus(id, table.asRemoved(kept)),
        id.equals(idByName.get(table.name())) ? idByName.minus(table.name()) : idByName,
        removed.plus(id));
  }
}
