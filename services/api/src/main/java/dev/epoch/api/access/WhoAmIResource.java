package dev.epoch.api.access;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.events.Actor;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who a request comes from, as the server sees it. */
@Path(ApiPaths.PREFIX + "/auth/whoami")
@Tag(name = "Access")
@Produces(MediaType.APPLICATION_JSON)
public class WhoAmIResource {
  private final ApiRequest request;

  WhoAmIResource(ApiRequest request) {
    this.request = request;
  }

  /** Who asks. */
  @Schema(name = "WhoAmI")
  public record WhoAmI(
      @Schema(description = "Name of the key of the API; null if none was sent") String key,
      Actor actor) {}

  @GET
  @Operation(
      summary = "Tell who asks",
      description = "The name of the key that was sent, and the actor of what the request does.")
  public WhoAmI get() {
    request.server();
    return new WhoAmI(request.keyName().orElse(null), request.actor());
  }
}
