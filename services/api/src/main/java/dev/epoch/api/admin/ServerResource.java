package dev.epoch.api.admin;

import dev.epoch.api.ServerStatus;
import dev.epoch.api.admin.ProjectionsView.Degradation;
import dev.epoch.api.commit.UncapturedView;
import dev.epoch.api.kafka.KafkaStatus;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.projections.Projections;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What the server is and how it is. */
@Path("/")
@Tag(name = "Server")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ServerResource {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ServerStatus status;
  private final ApiRequest request;
  private final Projections projections;
  private final KafkaStatus kafka;

  ServerResource(
      ServerStatus status, ApiRequest request, Projections projections, KafkaStatus kafka) {
    this.kafka = kafka;
    this.status = status;
    this.request = request;
    this.projections = projections;
  }

  @GET
  @Operation(summary = "What this server is")
  public ServerView describe() {
    return new ServerView("Epoch API", status.version(), status.apiPrefix(), "/docs");
  }

  @GET
  @Path("health")
  @Operation(summary = "Whether the server runs")
  public ServerView.Health health() {
    return new ServerView.Health("healthy", status.version(), status.metadataConnected());
  }

  @GET
  @Path("ready")
  @Operation(
      summary = "Whether the server can serve requests",
      description =
          "It can when the metadata database answers and whatever a stopped process left behind is settled. A read model that is parked or waits with a repository, a metadata database that refuses writes, and a table whose changes may not have been captured are told of as degraded: that takes no server out of service.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = ServerView.Readiness.class)))
  @APIResponse(
      responseCode = "503",
      description = "Not now",
      content = @Content(schema = @Schema(implementation = ServerView.Readiness.class)))
  public Response ready() {
    boolean connected = status.metadataConnected();
    List<Degradation> degraded = List.of();
    if (connected && status.started()) {
      try {
        degraded = new ArrayList<>(ProjectionsView.degraded(projections.checkpoints(PATIENCE)));
        status
            .metadataRefusal()
            .map(why -> Degradation.ofMetadata(request.admitted() ? why : null))
            .ifPresent(degraded::add);
      } catch (RuntimeException away) {
        connected = false;
      }
    }
    boolean ready = connected && status.started();
    return Response.status(ready ? 200 : 503)
        .entity(
            new ServerView.Readiness(
                ready,
                connected,
                ready && request.admitted() ? repository() : null,
                degraded,
                ready && request.admitted() ? uncaptured() : List.of(),
                kafka
                    .now()
                    .map(view -> request.admitted() ? view : view.withoutError())
                    .orElse(null)))
        .build();
  }

  private List<UncapturedView> uncaptured() {
    return UncapturedView.list(
        request.server().captures().seen(request.server().repositories().list(), PATIENCE));
  }

  private String repository() {
    try {
      return request.repository().name();
    } catch (RefusedException noneOrSeveral) {
      return null;
    }
  }
}
