package dev.epoch.api.role;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.events.command.Command;
import dev.epoch.events.command.CreateRoleV1;
import dev.epoch.events.command.DeleteRoleV1;
import dev.epoch.events.command.GrantRoleV1;
import dev.epoch.events.command.RevokeRoleV1;
import dev.epoch.gateway.stream.RefusedException;
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
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Roles of a repository. */
@Path(ApiPaths.PREFIX + "/roles")
@Tag(name = "Access")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RolesResource {
  private final ApiRequest request;

  RolesResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List the roles of the repository, and who has them")
  public RoleView.Listing list() {
    return RoleView.Listing.of(request.state());
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a role")
  public RoleView get(String name) {
    return view(request.state(), name);
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = RoleView.class, responseCode = "201")
  @Operation(summary = "Make a role of the repository's own")
  public RoleView create(@NotNull @Valid CreateRole body) {
    return view(step(new CreateRoleV1(body.name(), body.verbs())), body.name());
  }

  @DELETE
  @Path("{name}")
  @Operation(summary = "Delete a role of the repository's own, which nobody has")
  public void delete(String name) {
    step(new DeleteRoleV1(name));
  }

  @POST
  @Path("{name}/grants")
  @ResponseStatus(201)
  @APIResponseSchema(value = RoleView.class, responseCode = "201")
  @Operation(
      summary = "Give somebody a role",
      description =
          "From the first grant in a repository on, nobody may there what no role gives them, but administrators: they alone grant the first.")
  public RoleView grant(String name, @NotNull @Valid GrantRole body) {
    return view(step(new GrantRoleV1(name, body.subject(), body.branches(), body.tables())), name);
  }

  @DELETE
  @Path("{name}/grants")
  @Operation(summary = "Take a role from somebody, whatever branches and tables it was for")
  public void revoke(String name, @NotNull @QueryParam("subject") String subject) {
    step(new RevokeRoleV1(name, subject));
  }

  private RepositoryState step(Command command) {
    return request.repository().step(command, request.caller()).orRefuse().state();
  }

  private static RoleView view(RepositoryState state, String name) {
    if (state.access().role(name).isEmpty()) {
      throw new RefusedException(
          Code.ROLE_NOT_FOUND,
          "There is no role '" + name + "'",
          Map.of("role", name, "remedy", "epoch role list"));
    }
    return RoleView.of(state.access(), name);
  }
}
