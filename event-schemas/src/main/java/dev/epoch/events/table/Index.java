package dev.epoch.events.table;

import java.util.Objects;

/**
 * An index that no constraint owns.
 *
 * @param name of the index
 * @param definition as the database prints it
 * @param unique whether it forbids duplicates
 */
public record Index(String name, String definition, boolean unique) {
  public Index {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(definition, "definition");
  }
}
