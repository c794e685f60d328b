package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Histories of Flyway and Liquibase. */
@Path(ApiPaths.PREFIX + "/schema/migrations")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MigrationsResource {
  private final ApiRequest request;

  MigrationsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "Migrations that Flyway or Liquibase has run on the live tables")
  public AppliedMigrationsView applied(
      @Parameter(description = "flyway or liquibase; flyway unless given") @QueryParam("tool")
          String tool) {
    if (tool != null && !tool.equals("flyway") && !tool.equals("liquibase")) {
      throw new InvalidRequestException(
          FieldProblem.query("enum", "tool", "Should be flyway or liquibase"));
    }
    boolean flyway = !"liquibase".equals(tool);
    return AppliedMigrationsView.of(
        request.server().migrationImport().applied(request.state(), flyway));
  }

  @POST
  @Operation(
      summary = "Give commits that record no schema the one that migrations had made by then",
      description =
          "Runs the migrations that the tool has noted again, in an empty schema that nobody sees."
              + " Files that were not run are left out.")
  public AppliedMigrationsView.Imported fill(@NotNull @Valid ImportMigrations body) {
    boolean dryRun = Boolean.TRUE.equals(body.dryRun());
    return AppliedMigrationsView.Imported.of(
        dryRun,
        request
            .server()
            .migrationImport()
            .fill(
                request.repository(),
                body.tool().equals("flyway"),
                body.scripts(),
                dryRun,
                request.caller()));
  }
}
