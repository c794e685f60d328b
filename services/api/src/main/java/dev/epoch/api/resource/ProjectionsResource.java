package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.view.ProjectionsView;
import dev.epoch.api.view.RebuildView;
import dev.epoch.gateway.LiveRepository;
import dev.epoch.gateway.RebuildService;
import dev.epoch.projections.Projections;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Read models: how far they are, what holds them up, and building them anew. */
@Path(ApiPaths.PREFIX + "/admin")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ProjectionsResource {
  private static final String OVERLAYS = "overlay-tables";

  private final ApiRequest request;
  private final Projections projections;

  ProjectionsResource(ApiRequest request, Projections projections) {
    this.request = request;
    this.projections = projections;
  }

  /** Which read model to build anew; all of them if none is named. */
  public record Rebuild(String projection) {}

  @GET
  @Path("/projections")
  @Operation(summary = "How far the read models are, and where one is parked")
  public ProjectionsView get() {
    return ProjectionsView.of(projections.status());
  }

  @POST
  @Path("/projections/{name}/retry")
  @Operation(summary = "Try the event again that a read model is parked before")
  public ProjectionsView retry(@PathParam("name") String name) {
    checkName(name);
    projections.retry(name);
    return get();
  }

  @POST
  @Path("/projections/{name}/skip")
  @Operation(summary = "Leave out the event that a read model is parked before")
  public ProjectionsView skip(@PathParam("name") String name) {
    checkName(name);
    projections.skip(name);
    return get();
  }

  @POST
  @Path("/rebuild")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Build read models anew from the log, compare them with the live ones, and put them in their place",
      description =
          "Overlays and histories in users' databases are built anew from the log's change sets.")
  public RebuildView rebuild(Rebuild body) {
    String wanted = body == null ? null : body.projection();
    if (wanted != null) {
      checkName(wanted);
    }
    List<RebuildView.Rebuilt> rebuilt = new ArrayList<>();
    for (String name : projections.names()) {
      if (wanted != null && !wanted.equals(name)) {
        continue;
      }
      if (name.equals(OVERLAYS)) {
        for (LiveRepository repository : request.server().repositories().list()) {
          RebuildService.Report before = request.server().rebuilds().verify(repository);
          RebuildService.Report after = request.server().rebuilds().rebuild(repository);
          rebuilt.add(RebuildView.Rebuilt.of(repository.name(), before, after));
        }
      } else {
        rebuilt.add(RebuildView.Rebuilt.of(projections.rebuild(name)));
      }
    }
    return new RebuildView(rebuilt);
  }

  private void checkName(String name) {
    if (!projections.names().contains(name)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "projection",
              "There is no projection '"
                  + name
                  + "'; there are "
                  + String.join(", ", projections.names())));
    }
  }
}
