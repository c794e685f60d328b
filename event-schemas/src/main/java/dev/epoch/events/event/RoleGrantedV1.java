package dev.epoch.events.event;

import java.util.List;

/**
 * Somebody has a role from now on. From the first grant on, nobody may what no role gives them.
 *
 * @param role name of the role
 * @param subject who has it: user:ID or group:NAME
 * @param branches patterns of names of branches that its verbs of branches are for; empty for all
 * @param tables patterns of names of tables likewise; empty for all
 */
public record RoleGrantedV1(String role, String subject, List<String> branches, List<String> tables)
    implements Event.OfRole {
  public RoleGrantedV1 {
    branches = branches == null ? List.of() : List.copyOf(branches);
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
