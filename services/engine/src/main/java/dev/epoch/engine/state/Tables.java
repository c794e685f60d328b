package dev.epoch.engine.state;

import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Registered tables.
 *
 * @param byId all that ever were, removed ones too: old commits speak of them
 * @param idByName those that are versioned now
 */
public record Tables(PMap<String, RegisteredTable> byId, PMap<String, String> idByName) {
  public static final Tables NONE = new Tables(HashTreePMap.empty(), HashTreePMap.empty());

  /** The table versioned under this name now. */
  public Optional<RegisteredTable> named(String name) {
    return Optional.ofNullable(idByName.get(name)).map(byId::get);
  }

  Tables with(RegisteredTable table) {
    return new Tables(byId.plus(table.id(), table), idByName.plus(table.name(), table.id()));
  }

  Tables removed(String id) {
    RegisteredTable table = byId.get(id);
    return new Tables(byId.plus(id, table.asRemoved()), idByName.minus(table.name()));
  }
}
