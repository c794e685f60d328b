package dev.epoch.events.command;

import java.util.List;

/**
 * Make a role of the repository's own.
 *
 * @param name name of the role
 * @param verbs what whoever has it may do
 */
public record CreateRoleV1(String name, List<String> verbs) implements Command {
  public CreateRoleV1 {
    verbs = verbs == null ? List.of() : List.copyOf(verbs);
  }
}
