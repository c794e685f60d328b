package dev.epoch.engine.processing;

import dev.epoch.engine.Decision;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.CreateRoleV1;
import dev.epoch.events.command.DeleteRoleV1;
import dev.epoch.events.command.GrantRoleV1;
import dev.epoch.events.command.RevokeRoleV1;
import dev.epoch.events.event.RoleCreatedV1;
import dev.epoch.events.event.RoleDeletedV1;
import dev.epoch.events.event.RoleGrantedV1;
import dev.epoch.events.event.RoleRevokedV1;
import dev.epoch.model.access.AccessPolicy;
import dev.epoch.model.access.Verb;
import dev.epoch.model.ref.NamePattern;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Roles: make, delete, grant, revoke. */
public final class RoleProcessor {
  /** Most roles of a repository's own, and most grants. */
  static final int MOST_ROLES = 1_000;

  static final int MOST_GRANTS = 10_000;
  private static final int MOST_PATTERNS = 100;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
  private static final Pattern SUBJECT = Pattern.compile("(user|group):\\P{Cntrl}{1,320}");

  private RoleProcessor() {}

  public static Decision create(RepositoryState state, CreateRoleV1 command) {
    String name = String.valueOf(command.name());
    if (!NAME.matcher(name).matches()) {
      return Decision.reject(
          Code.INVALID_NAME,
          "'" + name + "' is no name of a role",
          "Up to 64 small letters, digits, underscores and hyphens, a letter first");
    }
    if (state.access().role(name).isPresent()) {
      return Decision.reject(
          new Rejection(
              Code.ROLE_ALREADY_EXISTS,
              "There is a role '" + name + "' already",
              Map.of("role", name, "remedy", "Choose another name: epoch role list")));
    }
    if (command.verbs().isEmpty()
        || !command.verbs().stream().allMatch(verb -> Verb.of(verb).isPresent())) {
      return Decision.reject(
          Code.VALIDATION,
          "A role needs verbs among " + Verb.names(Verb.all()),
          "epoch role create " + name + " --verb read");
    }
    if (state.access().own().size() >= MOST_ROLES) {
      return Decision.reject(Code.VALIDATION, "There are " + MOST_ROLES + " roles already");
    }
    return Decision.accept(
        new RoleCreatedV1(name, command.verbs().stream().distinct().sorted().toList()));
  }

  public static Decision delete(RepositoryState state, DeleteRoleV1 command) {
    String name = String.valueOf(command.name());
    if (AccessPolicy.isBuiltIn(name)) {
      return Decision.reject(
          Code.VALIDATION, "Every repository has the role '" + name + "'", "Leave it as it is");
    }
    if (state.access().role(name).isEmpty()) {
      return notFound(name);
    }
    List<String> subjects =
        state.access().allGrants().stream()
            .filter(grant -> grant.role().equals(name))
            .map(grant -> grant.subject())
            .distinct()
            .toList();
    return subjects.isEmpty()
        ? Decision.accept(new RoleDeletedV1(name))
        : Decision.reject(
            new Rejection(
                Code.ROLE_IN_USE,
                "The role '%s' is granted to %s".formatted(name, String.join(", ", subjects)),
                Map.of("role", name, "remedy", "Revoke it first: epoch role revoke " + name)));
  }

  /** Verbs of the whole repository are never given for some branches. */
  public static Decision grant(RepositoryState state, GrantRoleV1 command) {
    Optional<Set<Verb>> verbs = state.access().role(String.valueOf(command.role()));
    if (verbs.isEmpty()) {
      return notFound(command.role());
    }
    if (!SUBJECT.matcher(String.valueOf(command.subject())).matches()) {
      return noSubject(command.subject());
    }
    List<String> patterns =
        Stream.concat(command.branches().stream(), command.tables().stream()).toList();
    if (patterns.size() > MOST_PATTERNS
        || patterns.stream()
            .anyMatch(pattern -> pattern.isBlank() || pattern.length() > NamePattern.MAX_LENGTH)) {
      return Decision.reject(
          Code.INVALID_NAME,
          "Branches and tables are given by at most " + MOST_PATTERNS + " patterns of names",
          "feature/*");
    }
    Set<Verb> whole =
        verbs.get().stream()
            .filter(verb -> !verb.ofBranches() && verb != Verb.READ)
            .collect(Collectors.toSet());
    if (!patterns.isEmpty() && !whole.isEmpty()) {
      return Decision.reject(
          Code.VALIDATION,
          "The role '%s' cannot be for some branches or tables only: it has %s, which are for the whole repository"
              .formatted(command.role(), Verb.names(whole)),
          "Grant a role without them: epoch role list");
    }
    if (state.access().allGrants().size() >= MOST_GRANTS) {
      return Decision.reject(Code.VALIDATION, "There are " + MOST_GRANTS + " grants already");
    }
    return Decision.accept(
        new RoleGrantedV1(command.role(), command.subject(), command.branches(), command.tables()));
  }

  private static Decision noSubject(String subject) {
    return Decision.reject(
        Code.VALIDATION, "'" + subject + "' is nobody that has roles", "user:ID, or group:NAME");
  }

  public static Decision revoke(RepositoryState state, RevokeRoleV1 command) {
    boolean has =
        state.access().grants().getOrDefault(String.valueOf(command.subject()), List.of()).stream()
            .anyMatch(grant -> grant.role().equals(command.role()));
    return has
        ? Decision.accept(new RoleRevokedV1(command.role(), command.subject()))
        : Decision.reject(
            new Rejection(
                Code.ROLE_NOT_FOUND,
                "%s does not have the role '%s'".formatted(command.subject(), command.role()),
                Map.of("role", String.valueOf(command.role()), "remedy", "epoch role list")));
  }

  private static Decision notFound(String role) {
    return Decision.reject(
        new Rejection(
            Code.ROLE_NOT_FOUND,
            "There is no role '" + role + "'",
            Map.of("role", String.valueOf(role), "remedy", "epoch role list")));
  }
}
