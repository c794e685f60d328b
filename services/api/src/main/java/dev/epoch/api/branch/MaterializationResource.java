package dev.epoch.api.branch;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.stream.References;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Copies of a branch's tables, for sessions of the database that read it a lot. */
@Path(ApiPaths.PREFIX + "/branches/{name}/materialize")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MaterializationResource {
  private final ApiRequest request;

  MaterializationResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List the copies of a branch's tables")
  public MaterializedView list(@PathParam("name") String name) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    return MaterializedView.of(name, request.server().materializations().copies(state, branch));
  }

  @POST
  @Operation(
      summary = "Copy a branch's tables, so that sessions read them like tables of their own",
      description =
          "Costs the tables' size and a second write for each write on the branch."
              + " Contents, commits and the live tables stay as they are.")
  public MaterializedView materialize(@PathParam("name") String name, MaterializeBranch body) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    request.requireStatements(state, branch);
    if (state.isDefault(branch)) {
      throw new InvalidRequestException(
          new FieldProblem(
              "default_branch",
              List.of("path", "name"),
              "The default branch is the live tables: there is nothing to copy",
              null));
    }
    List<String> tables = body == null || body.tables() == null ? List.of() : body.tables();
    return MaterializedView.of(
        name, request.server().materializations().materialize(state, branch, tables));
  }

  @DELETE
  @Operation(summary = "Drop the copies of a branch's tables; of all if none is named")
  public void drop(@PathParam("name") String name, @QueryParam("table") List<String> tables) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    request.requireStatements(state, branch);
    request.server().materializations().drop(state, branch, tables == null ? List.of() : tables);
  }
}
