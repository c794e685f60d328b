package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.migration.SchemaCloneService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Copies of schemas. */
@Path(ApiPaths.PREFIX + "/schema/clone")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SchemaCloneResource {
  private final ApiRequest request;

  SchemaCloneResource(ApiRequest request) {
    this.request = request;
  }

  @POST
  @Operation(
      summary = "Make all objects of a schema in a new one, without rows",
      description =
          "Tables, types, sequences, functions, views and triggers, in the order of dependency."
              + " Nobody's tables are locked.")
  public SchemaApplyView copy(@NotNull @Valid CloneSchema body) {
    RepositoryState state = request.state();
    SchemaCloneService clones = request.server().schemaClones();
    SchemaCloneService.Request wish =
        new SchemaCloneService.Request(body.storage(), body.schema(), body.into());
    return Boolean.TRUE.equals(body.dryRun())
        ? SchemaApplyView.of(clones.plan(state, wish).stream().map(step -> step.sql()).toList())
        : SchemaApplyView.of(clones.run(state, wish, request.caller().idempotencyKey()));
  }
}
