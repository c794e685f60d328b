package dev.epoch.api.role;

import dev.epoch.engine.state.RepositoryState;
import dev.epoch.model.access.AccessPolicy;
import dev.epoch.model.access.Grant;
import dev.epoch.model.access.Verb;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A role. */
@Schema(name = "Role")
public record RoleView(
    String name,
    @Schema(description = "What whoever has it may do") List<String> verbs,
    @Schema(description = "Whether every repository has it") boolean builtIn,
    @Schema(description = "Who has it") List<GrantView> grants) {

  /** Who has a role, and where. */
  @Schema(name = "Grant")
  public record GrantView(
      String role,
      @Schema(description = "user:ID or group:NAME", examples = "user:ann") String subject,
      @Schema(
              description =
                  "Patterns of names of branches that commit, alter, branch, merge and review are for; empty for all")
          List<String> branches,
      @Schema(description = "Patterns of names of tables likewise") List<String> tables) {

    static GrantView of(Grant grant) {
      return new GrantView(grant.role(), grant.subject(), grant.branches(), grant.tables());
    }
  }

  /** All roles of a repository. */
  @Schema(name = "Roles")
  public record Listing(
      @Schema(
              description =
                  "Whether a role was ever granted; from then on, nobody may what no role gives them")
          boolean inForce,
      List<RoleView> roles) {

    static Listing of(RepositoryState state) {
      AccessPolicy access = state.access();
      return new Listing(
          access.inForce(),
          access.roles().keySet().stream().map(name -> RoleView.of(access, name)).toList());
    }
  }

  /** The role must be there. */
  static RoleView of(AccessPolicy access, String name) {
    return new RoleView(
        name,
        names(access.role(name).orElseThrow()),
        AccessPolicy.isBuiltIn(name),
        access.allGrants().stream()
            .filter(grant -> grant.role().equals(name))
            .map(GrantView::of)
            .toList());
  }

  private static List<String> names(Collection<Verb> verbs) {
    return new TreeSet<>(verbs).stream().map(Verb::wireName).toList();
  }
}
