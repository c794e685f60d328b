package dev.epoch.engine.state;

import dev.epoch.events.event.RoleCreatedV1;
import dev.epoch.events.event.RoleDeletedV1;
import dev.epoch.events.event.RoleGrantedV1;
import dev.epoch.events.event.RoleRevokedV1;
import dev.epoch.model.access.AccessPolicy;
import dev.epoch.model.access.Grant;
import dev.epoch.model.access.Verb;
import java.util.Set;
import java.util.stream.Collectors;

/** Roles, and who has them. */
final class RoleAppliers {
  private RoleAppliers() {}

  /** A verb of a later version gives nothing here. */
  static RepositoryState created(RepositoryState state, RoleCreatedV1 event) {
    Set<Verb> verbs =
        event.verbs().stream()
            .flatMap(name -> Verb.of(name).stream())
            .collect(Collectors.toUnmodifiableSet());
    return with(state, state.access().withRole(event.name(), verbs));
  }

  static RepositoryState deleted(RepositoryState state, RoleDeletedV1 event) {
    return with(state, state.access().withoutRole(event.name()));
  }

  static RepositoryState granted(RepositoryState state, RoleGrantedV1 event) {
    Grant grant = new Grant(event.role(), event.subject(), event.branches(), event.tables());
    return with(state, state.access().with(grant));
  }

  static RepositoryState revoked(RepositoryState state, RoleRevokedV1 event) {
    return with(state, state.access().without(event.role(), event.subject()));
  }

  private static RepositoryState with(RepositoryState state, AccessPolicy access) {
    return state.withProfile(state.profile().with(access));
  }
}
