package dev.epoch.model.schema.object;

import java.util.List;

/**
 * A grant.
 *
 * @param role that has it, {@code PUBLIC} for everybody
 * @param privilege {@code SELECT}, {@code USAGE} ...
 * @param columns that it is restricted to, none for the whole object
 * @param grantable whether the role may grant it
 */
public record Privilege(String role, String privilege, List<String> columns, boolean grantable) {
  public Privilege {
    columns = List.copyOf(columns);
  }
}
