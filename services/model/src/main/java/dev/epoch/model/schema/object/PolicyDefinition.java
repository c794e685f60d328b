package dev.epoch.model.schema.object;

import java.util.List;

/**
 * A policy of row security.
 *
 * @param command {@code ALL}, {@code SELECT} ...
 * @param roles that it is about, {@code PUBLIC} for everybody
 * @param using condition on rows that are there, or null
 * @param withCheck condition on rows to come, or null
 * @param comment or null
 */
public record PolicyDefinition(
    String name,
    boolean permissive,
    String command,
    List<String> roles,
    String using,
    String withCheck,
    String comment) {
  public PolicyDefinition {
    roles = List.copyOf(roles);
  }
}
