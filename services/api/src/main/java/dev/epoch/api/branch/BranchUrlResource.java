package dev.epoch.api.branch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.connection.NamedDatabases;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.stream.RefusedException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Connection strings of a branch. */
@Path(ApiPaths.PREFIX + "/branches/{name}/url")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BranchUrlResource {
  private final ApiRequest request;
  private final ClientGateway gateway;

  BranchUrlResource(ApiRequest request, ClientGateway gateway) {
    this.request = request;
    this.gateway = gateway;
  }

  @GET
  @Operation(
      summary = "URLs under which the database's own clients are on a branch",
      description =
          "In the place of the branch a tag or a commit: sessions only read there. The user is that of the storage unless one is named; passwords are not told.")
  public BranchUrls urls(
      @PathParam("name") String name, @QueryParam("user") String user, @Context UriInfo uri) {
    LiveRepository repository = request.repository();
    RepositoryState state = request.state();
    if (state.branch(name).isEmpty()) {
      new References(state, state.defaultBranch()).commit(name);
    }
    ClientGateway.Address address =
        gateway
            .address(Optional.ofNullable(uri.getBaseUri().getHost()).orElse("localhost"))
            .orElseThrow(() ->
                new RefusedException(
                    Code.VALIDATION,
                    "This server has no gateway for clients of databases",
                    Map.of(
                        "remedy",
                        "Start it with EPOCH_GATEWAY_PORT; its log says why it does not listen")));
    NamedDatabases databases = new NamedDatabases(request.server());
    return new BranchUrls(
        name,
        databases.of(repository).stream()
            .map(found ->
                BranchUrls.Url.of(
                    address,
                    found.storage().name(),
                    databases.nameOf(found) + "@" + name,
                    user != null
                        ? user
                        : Optional.ofNullable(found.storage().config().get("username"))
                            .map(JsonNode::asText)
                            .orElse(null)))
            .toList());
  }
}
