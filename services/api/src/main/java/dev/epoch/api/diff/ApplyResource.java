package dev.epoch.api.diff;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.answer.MediaTypes;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.rows.GivenChanges;
import dev.epoch.gateway.record.ApplyService;
import dev.epoch.gateway.record.GivenChange;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.storage.record.WriteResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Diffs as changes of a branch. */
@Path(ApiPaths.PREFIX + "/apply")
@Tag(name = "Diff")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ApplyResource {
  private final ApiRequest request;

  ApplyResource(ApiRequest request) {
    this.request = request;
  }

  /** How a diff is applied. */
  public static class Way {
    @Parameter(description = "The current branch unless given")
    @QueryParam("branch")
    String branch;

    @Parameter(description = "Of changes that name none")
    @QueryParam("table")
    String table;

    @Parameter(description = "Write what the diff says, whatever the records are now")
    @QueryParam("force")
    Boolean force;

    @Parameter(description = "Only tell what would be done")
    @QueryParam("dry_run")
    Boolean dryRun;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Apply a diff as uncommitted changes of a branch",
      description =
          "Takes what GET /diff/{table} answers, also as application/x-ndjson. Records that are not as the diff expects them are told, and nothing is changed then; what is already as the diff makes it counts as unchanged.")
  public Done.Written apply(@BeanParam Way way, @NotNull @Valid ApplyChanges body) {
    return apply(way, GivenChanges.of(body.changes(), way.table));
  }

  @POST
  @Consumes(MediaTypes.NDJSON)
  @Operation(hidden = true)
  public Done.Written applyLines(@BeanParam Way way, InputStream body) throws IOException {
    return apply(way, GivenChanges.lines(body, way.table));
  }

  private Done.Written apply(Way way, List<GivenChange> changes) {
    LiveRepository repository = request.repository();
    WriteResult result =
        request
            .server()
            .applications()
            .apply(
                repository,
                new ApplyService.Request(
                    request.branchName(repository.state(), way.branch),
                    changes,
                    Boolean.TRUE.equals(way.force),
                    Boolean.TRUE.equals(way.dryRun)),
                request.caller());
    return new Done.Written(
        result.inserted(), result.updated(), result.deleted(), result.unchanged());
  }
}
