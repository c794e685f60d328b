package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.drift.SchemaBackfill;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Which schemas are recorded, and how far databases are from them. */
@Path(ApiPaths.PREFIX + "/schema")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SchemaStatusResource {
  private final ApiRequest request;

  SchemaStatusResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Path("status")
  @Operation(
      summary = "What is recorded of tables' schemas, and how the databases are",
      description =
          "Compares the live tables with what the branch's head, or a commit before it, records.")
  public SchemaStatusView status(
      @Parameter(description = "Names, separated by commas; all if none are given")
          @QueryParam("tables")
          String tables,
      @QueryParam("branch") String branch,
      @QueryParam("check_bloat") Boolean bloat,
      @QueryParam("check_indexes") Boolean indexes) {
    RepositoryState state = request.state();
    List<String> names =
        tables == null || tables.isBlank() ? List.of() : Arrays.asList(tables.split(","));
    return SchemaStatusView.of(
        request.server().schemaStatus().of(state, request.branch(state, branch), names),
        Boolean.TRUE.equals(bloat),
        Boolean.TRUE.equals(indexes));
  }

  @POST
  @Path("backfill")
  @Operation(
      summary = "Give commits that record no schema the one that the databases have now",
      description =
          "The oldest commit of each branch gets it, marked as read later; those behind it show it, up to the first that records its own.")
  public SchemaStatusView.Backfilled backfill(@NotNull @Valid BackfillSchemas body) {
    boolean dryRun = Boolean.TRUE.equals(body.dryRun());
    return SchemaStatusView.Backfilled.of(
        dryRun,
        request
            .server()
            .schemaBackfill()
            .fill(
                request.repository(),
                new SchemaBackfill.Request(
                    body.tables() == null ? List.of() : body.tables(),
                    body.since(),
                    Boolean.TRUE.equals(body.skipInaccessible()),
                    dryRun),
                request.caller()));
  }
}
