package dev.epoch.api.mergerequest;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.commit.Author;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.events.event.MergeRequestedV1;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.StepResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Merges that wait until reviews, protections, checks and hooks allow them. */
@Path(ApiPaths.PREFIX + "/merge-requests")
@Tag(name = "Merges")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MergeRequestsResource {
  private final ApiRequest request;
  private final Author author;

  MergeRequestsResource(ApiRequest request, Author author) {
    this.request = request;
    this.author = author;
  }

  @GET
  @Operation(summary = "List merges that wait, by target and source")
  public MergeRequestView.Listing list() {
    return new MergeRequestView.Listing(
        request.server().mergeRequests().list(request.state()).stream()
            .map(MergeRequestView::of)
            .toList());
  }

  @POST
  @ResponseStatus(202)
  @APIResponseSchema(value = MergeRequestView.Requested.class, responseCode = "202")
  @Operation(
      summary = "Merge a branch as soon as that is allowed",
      description =
          "The server merges the head that the source has now, as whoever asks, when reviews and protections allow it, and without conflicts. If the source moves on, the request ends.")
  public MergeRequestView.Requested add(@NotNull @Valid RequestMerge body) {
    LiveRepository repository = request.repository();
    String target = request.branchName(repository.state(), body.target());
    StepResult result =
        request
            .server()
            .mergeRequests()
            .request(
                repository,
                target,
                body.source(),
                body.message(),
                author.of(request, body.authorName(), body.authorEmail()),
                request.caller());
    Optional<String> waits =
        request.server().mergeRequests().list(repository.state()).stream()
            .filter(one -> one.target().equals(target) && one.source().equals(body.source()))
            .map(one -> one.waitsFor())
            .findFirst();
    return new MergeRequestView.Requested(
        "requested", target, body.source(), commit(result), waits.orElse(null));
  }

  private static String commit(StepResult result) {
    return result
        .event(MergeRequestedV1.class)
        .map(MergeRequestedV1::commit)
        .orElseGet(() -> result.formerFacts().get("commit"));
  }

  @DELETE
  @Operation(summary = "Ask for a merge no more")
  public void withdraw(
      @Parameter(required = true) @QueryParam("target") @NotNull String target,
      @Parameter(required = true) @QueryParam("source") @NotNull String source) {
    request
        .server()
        .mergeRequests()
        .withdraw(request.repository(), target, source, request.caller());
  }
}
