package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.migration.MigrationRunner;
import dev.epoch.gateway.migration.MigrationRunner.Applied;
import dev.epoch.gateway.migration.MigrationRunner.Planned;
import dev.epoch.gateway.migration.MigrationService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.MigrationScript;
import dev.epoch.storage.schema.SchemaMigrations.Settings;
import dev.epoch.storage.schema.SchemaMigrations.State;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Changes of the live schema. */
@Path(ApiPaths.PREFIX + "/schema/apply")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SchemaApplyResource {
  private final ApiRequest request;

  SchemaApplyResource(ApiRequest request) {
    this.request = request;
  }

  @POST
  @Operation(
      summary = "Make the live tables what a ref says they are",
      description =
          "Answers when the statements have run; GET tells meanwhile how far they are. A repository"
              + " has one schema change at a time; one that a crash interrupted goes on when the"
              + " server is back.")
  public SchemaApplyView apply(@NotNull @Valid ApplySchema body) {
    RepositoryState state = request.state();
    if (body.toBranch() != null && !body.toBranch().equals(state.defaultBranch().name())) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "to_branch",
              "Schemas are applied to the default branch, the live tables; merge into other"
                  + " branches"));
    }
    MigrationRunner runner = request.server().migrationRunner();
    Settings settings = body.settings();
    if (body.reindex() != null) {
      boolean online = Boolean.TRUE.equals(body.online());
      return Boolean.TRUE.equals(body.dryRun())
          ? SchemaApplyView.of(
              List.of(runner.reindexing(state, body.table(), body.reindex(), online)))
          : SchemaApplyView.of(
              runner.reindex(state, body.table(), body.reindex(), online, settings));
    }
    MigrationRunner.Request wish =
        new MigrationRunner.Request(
            body.table(),
            request.references(state).commit(body.from()),
            body.schemaHash(),
            Boolean.TRUE.equals(body.force()),
            Boolean.TRUE.equals(body.online()),
            settings);
    if (Boolean.TRUE.equals(body.dryRun())) {
      return planned(state, body, runner.plan(state, wish), State.PENDING);
    }
    Applied applied = runner.apply(state, wish);
    return applied
        .progress()
        .map(SchemaApplyView::of)
        .orElseGet(() -> planned(state, body, applied.planned(), State.DONE));
  }

  private SchemaApplyView planned(
      RepositoryState state, ApplySchema body, Planned planned, State at) {
    MigrationScript script =
        new MigrationScript(
            planned.migration(),
            request.server().schemas().dialect(),
            "live",
            body.from(),
            MigrationService.defaultSchema(state));
    return SchemaApplyView.of(planned, script, at);
  }

  @GET
  @Path("/{operation}")
  @Operation(summary = "How far a schema change is; latest for the one that began last")
  public SchemaApplyView progress(@PathParam("operation") String operation) {
    RepositoryState state = request.state();
    return request
        .server()
        .migrationRunner()
        .progress(state, operation.equals("latest") ? null : operation)
        .map(SchemaApplyView::of)
        .orElseThrow(() ->
            new RefusedException(
                Code.CONFLICT_NOT_FOUND,
                "There is no schema change '" + operation + "'",
                Map.of("operation_id", operation, "remedy", "epoch schema apply --status")));
  }
}
