package dev.epoch.events.event;

import java.util.List;

/**
 * The repository has a role of its own from now on.
 *
 * @param name name of the role
 * @param verbs what whoever has it may do
 */
public record RoleCreatedV1(String name, List<String> verbs) implements Event.OfRole {
  public RoleCreatedV1 {
    verbs = verbs == null ? List.of() : List.copyOf(verbs);
  }
}
