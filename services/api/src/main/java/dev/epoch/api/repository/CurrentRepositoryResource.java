package dev.epoch.api.repository;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.commit.StatusView;
import dev.epoch.api.commit.UncapturedView;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.storage.AddStorage;
import dev.epoch.api.storage.StoragesResource;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.table.TableService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Short ways to the repository that a request names or that the actor works with. */
@Path(ApiPaths.PREFIX + "/repositories")
@Tag(name = "Repositories")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CurrentRepositoryResource {
  private final ApiRequest request;

  CurrentRepositoryResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Path("status")
  @Operation(summary = "Status of the repository on the current branch, in numbers of tables")
  public RepositoryStatusView status() {
    RepositoryState state = request.state();
    BranchState branch = request.branch(state, null);
    return RepositoryStatusView.of(
        StatusView.of(
            state,
            branch,
            request.server().workingSets().changes(state, branch),
            List.of(),
            List.of(),
            UncapturedView.list(request.server().captures().uncaptured(state, branch))));
  }

  @GET
  @Path("tables")
  @Operation(summary = "Names of the tables on the current branch")
  public List<String> tables() {
    RepositoryState state = request.state();
    return Backends.tables(state, request.branch(state, null)).stream()
        .map(table -> table.table().name())
        .sorted()
        .toList();
  }

  @POST
  @Path("storage")
  @ResponseStatus(201)
  @APIResponseSchema(value = Done.Status.class, responseCode = "201")
  @Operation(summary = "Add a storage backend")
  public Done.Status addStorage(@NotNull @Valid AddStorage body) {
    StoragesResource.add(request, body);
    return Done.Status.named("created", body.name());
  }

  @POST
  @Path("tables/track")
  @ResponseStatus(201)
  @APIResponseSchema(value = Done.Status.class, responseCode = "201")
  @Operation(summary = "Register a table of a storage backend")
  public Done.Status track(@NotNull @Valid TrackTable body) {
    request
        .server()
        .tables()
        .register(
            request.repository(),
            new TableService.Request(
                body.tableName(), null, body.storageName(), null, body.primaryKey()),
            request.caller());
    return Done.Status.ofTable("tracking", body.tableName());
  }
}
