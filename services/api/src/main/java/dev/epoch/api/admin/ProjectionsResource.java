package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.rebuild.RebuildService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.projections.Projections;
import dev.epoch.storage.error.StorageException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  private final OverlaysElsewhere elsewhere;

  ProjectionsResource(ApiRequest request, Projections projections, OverlaysElsewhere elsewhere) {
    this.request = request;
    this.projections = projections;
    this.elsewhere = elsewhere;
  }

  /**
   * Which read model to build anew, all of them if none is named, and for which repository, for all
   * of them if none is named.
   */
  public record Rebuild(String projection, String repository) {}

  @GET
  @Path("/projections")
  @Operation(summary = "How far the read models are, and where one is parked")
  public ProjectionsView get() {
    return ProjectionsView.of(projections.status());
  }

  @POST
  @Path("/projections/{name}/retry")
  @Operation(
      summary = "Try the events again that a read model stopped before",
      description = "Those of the repository that is named, or of all.")
  public ProjectionsView retry(
      @PathParam("name") String name, @QueryParam("repository") String repository) {
    checkName(name);
    if (repository != null && stopped(name).noneMatch(repository::equals)) {
      request.repository(repository);
    }
    projections.retry(name, repository);
    return get();
  }

  @POST
  @Path("/projections/{name}/skip")
  @Operation(
      summary = "Leave out the event that a read model stopped before",
      description =
          "That of the repository that is named. None has to be if it stopped with one only.")
  public ProjectionsView skip(
      @PathParam("name") String name, @QueryParam("repository") String repository) {
    checkName(name);
    List<String> stopped = stopped(name).sorted().toList();
    if (repository == null && stopped.size() > 1) {
      throw new InvalidRequestException(
          FieldProblem.query(
              "missing",
              "repository",
              "Name the repository whose event is to be left out: " + String.join(", ", stopped)));
    }
    if (repository != null && !stopped.contains(repository)) {
      request.repository(repository);
    }
    if (!stopped.isEmpty()) {
      projections.skip(name, repository == null ? stopped.getFirst() : repository);
    }
    return get();
  }

  /** The repositories that a read model does not go on with. */
  private Stream<String> stopped(String name) {
    return projections.status().stream()
        .map(Projections.Status::checkpoint)
        .filter(checkpoint -> checkpoint.name().equals(name))
        .flatMap(checkpoint -> checkpoint.stops().keySet().stream());
  }

  @POST
  @Path("/rebuild")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary =
          "Build read models anew from the log, compare them with the live ones, and put them in their place",
      description =
          "Overlays and histories in users' databases are built anew from the log's change sets. With a repository, what is of that one only. A read model that was parked goes on; one that cannot apply an event still is parked before it.")
  public RebuildView rebuild(Rebuild body, @QueryParam("repository") String named) {
    String wanted = body == null ? null : body.projection();
    if (wanted != null) {
      checkName(wanted);
    }
    String repository = body == null || body.repository() == null ? named : body.repository();
    if (named != null && !named.equals(repository)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error", "repository", "The request names another repository: " + named));
    }
    List<LiveRepository> repositories =
        repository == null
            ? request.server().repositories().list()
            : List.of(request.server().repositories().get(repository));
    List<RebuildView.Rebuilt> rebuilt = new ArrayList<>();
    for (String name : projections.names()) {
      if (wanted != null && !wanted.equals(name)) {
        continue;
      }
      if (name.equals(OVERLAYS)) {
        boolean alone = repositories.size() == 1;
        repositories.forEach(each -> rebuilt.add(overlays(each, alone)));
      } else if (projections.isInTables(name)) {
        rebuilt.add(RebuildView.Rebuilt.of(projections.rebuild(name, repository), repository));
      } else if (wanted != null) {
        throw new InvalidRequestException(
            FieldProblem.body(
                "value_error", "projection", "'" + name + "' has its effects elsewhere"),
            "Have a webhook's events sent again: epoch webhook redeliver");
      }
    }
    return new RebuildView(rebuilt);
  }

  /**
   * Builds what databases hold of a repository anew.
   *
   * @param alone whether a failure is the answer, and not one of several
   */
  private RebuildView.Rebuilt overlays(LiveRepository repository, boolean alone) {
    long position = repository.position();
    try {
      if (!repository.decides()) {
        Optional<RebuildView.Rebuilt> there = elsewhere.rebuild(repository.name(), request::header);
        if (there.isPresent()) {
          return there.get();
        }
      }
      repository.confirmOwner();
      RebuildService.Report before = request.server().rebuilds().verify(repository);
      RebuildService.Report after = request.server().rebuilds().rebuild(repository);
      projections.included(OVERLAYS, repository.name(), position);
      return RebuildView.Rebuilt.of(repository.name(), before, after);
    } catch (StorageException
        | RefusedException
        | LogUnavailableException
        | RequestRefusedException failure) {
      if (alone) {
        throw failure;
      }
      return RebuildView.Rebuilt.failed(repository.name(), failure.getMessage());
    }
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
