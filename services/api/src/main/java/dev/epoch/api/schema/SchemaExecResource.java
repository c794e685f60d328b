package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.migration.DdlService;
import dev.epoch.gateway.stream.References;
import dev.epoch.model.access.Verb;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** DDL that users write. */
@Path(ApiPaths.PREFIX + "/schema/exec")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SchemaExecResource {
  private final ApiRequest request;

  SchemaExecResource(ApiRequest request) {
    this.request = request;
  }

  @POST
  @Operation(
      summary = "Run statements that change the schema",
      description =
          "Values that they take away from live tables are kept first: old commits go on answering."
              + " A repository has one schema change at a time; one that a crash interrupted goes"
              + " on when the server is back.")
  public ExecutedDdlView execute(@NotNull @Valid ExecuteDdl body) {
    RepositoryState state = request.state();
    DdlService ddl = request.server().ddl();
    DdlService.Request wish = body.request(request.caller().idempotencyKey());
    if (body.onEach()) {
      request.require(state, Verb.MANAGE, null, null);
      return ExecutedDdlView.of(
          ddl.runOnEach(state, wish, body.branches() == null ? List.of() : body.branches()));
    }
    request.requireStatements(
        state,
        wish.branch() == null ? state.defaultBranch() : References.branch(state, wish.branch()));
    return Boolean.TRUE.equals(body.dryRun())
        ? ExecutedDdlView.of(ddl.tryOut(state, wish))
        : ExecutedDdlView.of(ddl.run(state, wish));
  }
}
