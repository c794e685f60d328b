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

/** Tables of a branch that are real tables for sessions of the database. */
@Path(ApiPaths.PREFIX + "/branches/{name}/open")
@Tag(name = "Branches")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OpenTablesResource {
  private final ApiRequest request;

  OpenTablesResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List the tables of a branch, and which of them are open")
  public OpenTablesView list(@PathParam("name") String name) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    return OpenTablesView.of(name, request.server().openTables().opened(state, branch));
  }

  @POST
  @Operation(
      summary = "Open a branch's tables: sessions find real tables instead of views",
      description =
          "Keys, indexes, checks, triggers, policies and grants are those of the live tables."
              + " Costs the tables' size. Contents and commits stay as they are.")
  public OpenTablesView open(@PathParam("name") String name, OpenBranch body) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    request.requireStatements(state, branch);
    if (state.isDefault(branch)) {
      throw new InvalidRequestException(
          new FieldProblem(
              "default_branch",
              List.of("path", "name"),
              "The tables of the default branch are the live tables: they are always open",
              null));
    }
    List<String> tables = body == null || body.tables() == null ? List.of() : body.tables();
    return OpenTablesView.of(name, request.server().openTables().open(state, branch, tables));
  }

  @DELETE
  @Operation(summary = "Close a branch's tables, all if none is named: views stand for them again")
  public void close(@PathParam("name") String name, @QueryParam("table") List<String> tables) {
    RepositoryState state = request.state();
    BranchState branch = References.branch(state, name);
    request.requireStatements(state, branch);
    request.server().openTables().close(state, branch, tables == null ? List.of() : tables);
  }
}
