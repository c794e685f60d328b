package dev.epoch.api.check;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.SetCommitStatusV1;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.projections.statuses.Statuses;
import dev.epoch.projections.statuses.StatusesProjector;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** What people and automations say about commits. */
@Path(ApiPaths.PREFIX + "/commits")
@Tag(name = "Commits")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StatusesResource {
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final int MOST = 1_000;

  /** What a client can do without, as RFC 7240 has it. */
  private static final String PREFER = "Prefer";

  private static final Pattern MINIMAL =
      Pattern.compile("(?:^|,)\\s*return\\s*=\\s*\"?minimal\"?\\s*(?:[,;]|$)");

  private final ApiRequest request;
  private final Statuses statuses;

  StatusesResource(ApiRequest request, Statuses statuses) {
    this.request = request;
    this.statuses = statuses;
  }

  @POST
  @Path("{ref}/statuses")
  @APIResponseSchema(value = StatusView.Listing.class, responseCode = "201")
  @Operation(
      summary = "Say something about a commit",
      description =
          "It is an event of the repository. Answers what counts for the commit now; with Prefer: return=minimal, nothing but that it is stored.")
  public RestResponse<StatusView.Listing> set(
      @PathParam("ref") String ref,
      @Parameter(description = "return=minimal, or anything else for the whole answer")
          @HeaderParam(PREFER)
          String prefer,
      @NotNull @Valid SetStatus body) {
    LiveRepository repository = request.repository();
    String commit = request.references(repository.state()).commit(ref).id();
    request
        .server()
        .checks()
        .setStatus(
            repository,
            new SetCommitStatusV1(
                commit, body.context(), body.state(), body.description(), body.targetUrl()),
            request.caller());
    if (prefer != null && MINIMAL.matcher(prefer).find()) {
      return ResponseBuilder.<StatusView.Listing>create(RestResponse.Status.CREATED)
          .header("Preference-Applied", "return=minimal")
          .build();
    }
    return RestResponse.status(
        RestResponse.Status.CREATED, listing(repository, commit, null, false));
  }

  @GET
  @Path("{ref}/statuses")
  @Operation(
      summary = "What was said about a commit, the latest first",
      description = "The latest of each context; with all=true those before, too.")
  public StatusView.Listing list(
      @PathParam("ref") String ref,
      @Parameter(description = "Only of this context") @QueryParam("context") String context,
      @QueryParam("all") Boolean all) {
    RepositoryState state = request.state();
    return listing(
        request.repository(),
        request.references(state).commit(ref).id(),
        context,
        Boolean.TRUE.equals(all));
  }

  private StatusView.Listing listing(
      LiveRepository repository, String commit, String context, boolean all) {
    request.until(StatusesProjector.NAME, repository).await().atMost(LONGEST.plusSeconds(1));
    List<Statuses.Status> latest = read(repository, commit, null, false);
    List<Statuses.Status> shown =
        context == null && !all ? latest : read(repository, commit, context, all);
    return StatusView.Listing.of(commit, latest, shown);
  }

  private List<Statuses.Status> read(
      LiveRepository repository, String commit, String context, boolean all) {
    return statuses.of(repository.name(), commit, context, all, MOST).await().atMost(LONGEST);
  }
}
