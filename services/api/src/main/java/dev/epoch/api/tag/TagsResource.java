package dev.epoch.api.tag;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.branch.TagService;
import dev.epoch.gateway.record.StashService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.gateway.stream.StepResult;
import dev.epoch.model.ref.NamePattern;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Tags: names of commits that stay. They are URL-encoded in paths: {@code release%2F1}. */
@Path(ApiPaths.PREFIX + "/tags")
@Tag(name = "Tags")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TagsResource {
  private final ApiRequest request;

  TagsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List tags, by name")
  public TagView.Listing list(
      @Parameter(description = "Only names like this: * stands for any characters, ? for one")
          @QueryParam("pattern")
          String pattern) {
    NamePattern wanted = new NamePattern(pattern == null || pattern.isEmpty() ? "*" : pattern);
    return new TagView.Listing(
        request.state().tags().byName().values().stream()
            .filter(tag -> wanted.matches(tag.name()))
            .filter(tag ->
                (pattern != null && pattern.startsWith(StashService.PREFIX))
                    || !tag.name().startsWith(StashService.PREFIX))
            .sorted(Comparator.comparing(TagState::name))
            .map(TagView::of)
            .toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = TagView.class, responseCode = "201")
  @Operation(
      summary = "Give a commit a name that stays",
      description =
          "The commit is kept as long as the tag is there. A name that a branch has is refused.")
  public TagView create(@NotNull @Valid CreateTag body) {
    if (body.name().startsWith(StashService.PREFIX)) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "name", "Names that begin with stash/ are for stashes"));
    }
    StepResult created =
        request
            .server()
            .tags()
            .create(
                request.repository(),
                new TagService.Request(
                    body.name(), body.target(), body.message(), Boolean.TRUE.equals(body.force())),
                request.caller());
    return TagView.created(
        created, new TagView.CreatedTag(body.name(), body.message(), request.actor()));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a tag")
  public TagView get(@PathParam("name") String name) {
    return request
        .state()
        .tags()
        .named(name)
        .map(TagView::of)
        .orElseThrow(() ->
            new RefusedException(
                Code.TAG_NOT_FOUND, "Tag '" + name + "' not found", Map.of("tag", name)));
  }

  @DELETE
  @Path("{name}")
  @Operation(
      summary = "Delete a tag",
      description = "Its commit goes with the next cleanup if nothing else reaches it.")
  public void delete(@PathParam("name") String name) {
    request.server().tags().delete(request.repository(), name, request.caller());
  }
}
