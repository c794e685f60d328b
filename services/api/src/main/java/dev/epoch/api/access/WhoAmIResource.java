package dev.epoch.api.access;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Verb;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
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
      Actor actor,
      @Schema(description = "Whose rights count: grants name it") String user,
      @Schema(description = "As the issuer of the token says; empty for keys") List<String> groups,
      @Schema(description = "How the server knows: anonymous, key, token") String method,
      @Schema(description = "Whether it may do everything, whatever roles say")
          boolean administrator,
      @Schema(description = "Verbs that the key is for") List<String> scopes) {}

  @GET
  @Operation(
      summary = "Tell who asks",
      description = "The name of the key that was sent, and the actor of what the request does.")
  public WhoAmI get() {
    request.server();
    Principal principal = request.principal();
    return new WhoAmI(
        principal.key(),
        request.actor(),
        principal.user(),
        principal.groups(),
        principal.how().name().toLowerCase(Locale.ROOT),
        principal.administrator(),
        new TreeSet<>(principal.scopes()).stream().map(Verb::wireName).toList());
  }
}
