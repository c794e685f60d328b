package dev.epoch.events.command;

import java.util.List;

/**
 * Give somebody a role.
 *
 * @param role name of the role
 * @param subject who has it: user:ID or group:NAME
 * @param branches patterns of names of branches that its verbs of branches are for; empty for all
 * @param tables patterns of names of tables likewise; empty for all
 */
public record GrantRoleV1(String role, String subject, List<String> branches, List<String> tables)
    implements Command {
  public GrantRoleV1 {
    branches = branches == null ? List.of() : List.copyOf(branches);
    tables = tables == null ? List.of() : List.copyOf(tables);
  }
}
