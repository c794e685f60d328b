package dev.epoch.api.role;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.processing.Protections;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Actor;
import dev.epoch.events.Rejection;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Principal.How;
import dev.epoch.model.access.Verb;
import dev.epoch.model.access.Verdict;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The decision about a right, without anything being done. */
@Path(ApiPaths.PREFIX + "/auth/can-i")
@Tag(name = "Access")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CanIResource {
  private final ApiRequest request;

  CanIResource(ApiRequest request) {
    this.request = request;
  }

  /** What was decided. */
  @Schema(name = "CanI")
  public record CanI(
      boolean allowed,
      @Schema(description = "The rule that decides: a grant, a protection, or that there is none")
          String rule,
      String user,
      String verb,
      String branch,
      String table) {}

  @GET
  @Operation(
      summary = "Tell whether somebody may do something, and the rule that decides",
      description =
          "Roles decide first, then who may commit to or merge into a protected branch. Whether a commit has its reviews is not looked at. Only who may administer the repository asks about others.")
  public CanI get(
      @Parameter(description = "read, commit, alter, branch, merge, review, manage, administer")
          @QueryParam("verb")
          String verb,
      @Parameter(description = "Name of a branch; whether there is one if it is left out")
          @QueryParam("branch")
          String branch,
      @Parameter(description = "Name of a table likewise") @QueryParam("table") String table,
      @Parameter(description = "Somebody else; whoever asks if it is left out") @QueryParam("as")
          String as,
      @Parameter(description = "Groups that somebody else is in") @QueryParam("group")
          List<String> groups) {
    Verb wanted =
        Optional.ofNullable(verb)
            .flatMap(Verb::of)
            .orElseThrow(() ->
                new InvalidRequestException(
                    FieldProblem.query(
                        "enum", "verb", "Should be among " + Verb.names(Verb.all()))));
    RepositoryState state = request.state();
    Principal principal = request.principal();
    Actor actor = request.actor();
    boolean other = as != null && !as.isEmpty();
    if (other || groups != null && !groups.isEmpty()) {
      request.require(state, Verb.ADMINISTER, null, null);
      principal =
          new Principal(
              other ? as : principal.user(),
              groups == null ? List.of() : groups,
              How.TOKEN,
              null,
              false,
              Verb.all());
      actor = new Actor(principal.user(), "", "");
    }
    Verdict verdict = state.access().decide(principal, wanted, branch, table);
    Optional<Rejection> protection =
        verdict.allowed() && branch != null
            ? Protections.refuse(state, branch, actor, wanted)
            : Optional.empty();
    return new CanI(
        verdict.allowed() && protection.isEmpty(),
        protection.map(Rejection::message).orElse(verdict.rule()),
        principal.user(),
        wanted.wireName(),
        branch,
        table);
  }
}
