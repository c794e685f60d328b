package dev.epoch.api.copy;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Done;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.gateway.copy.TableCopyService;
import dev.epoch.gateway.copy.TableMergeService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.model.merge.MergeStrategy;
import dev.epoch.storage.record.WriteResult;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Copies of tables in other storages, and merges between a table and its copy. */
@Path(ApiPaths.PREFIX + "/tables/{table}")
@Tag(name = "Tables")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TableCopiesResource {
  private static final String HEAD = "HEAD";

  private final ApiRequest request;

  TableCopiesResource(ApiRequest request) {
    this.request = request;
  }

  @POST
  @Path("copy")
  @ResponseStatus(201)
  @APIResponseSchema(value = CopiedTable.class, responseCode = "201")
  @Operation(
      summary = "Copy a table to another storage",
      description =
          "Makes a table like it there, with the rows of a commit, and registers it: both or nothing. Of its types, what the storage does not have becomes the nearest that it has; what the answer says is left out.")
  public CopiedTable copy(String table, @NotNull @Valid CopyTable body) {
    LiveRepository repository = request.repository();
    String ref = body.at() == null ? HEAD : body.at();
    return CopiedTable.of(
        request
            .server()
            .tableCopies()
            .copy(
                repository,
                new TableCopyService.Request(
                    table,
                    request.references(repository.state()).commit(ref),
                    ref,
                    body.to(),
                    body.as(),
                    body.path()),
                request.caller()));
  }

  @POST
  @Path("merge")
  @Operation(
      summary = "Merge what changed in a table's copy or origin",
      description =
          "Writes it as uncommitted changes of a branch, row by row and field by field, by the rules of a merge. With conflicts nothing is written.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Done.Written.class)))
  public Done.Written merge(String table, @NotNull @Valid MergeTable body) {
    LiveRepository repository = request.repository();
    RepositoryState state = repository.state();
    String ref = body.ref() == null ? HEAD : body.ref();
    WriteResult result =
        request
            .server()
            .tableMerges()
            .merge(
                repository,
                new TableMergeService.Request(
                    body.source(),
                    request.references(state).commit(ref),
                    ref,
                    table,
                    request.branch(state, body.branch()),
                    strategy(body.strategy()),
                    Boolean.TRUE.equals(body.dryRun())),
                request.caller());
    return new Done.Written(
        result.inserted(), result.updated(), result.deleted(), result.unchanged());
  }

  private static MergeStrategy strategy(String name) {
    return switch (name) {
      case "ours" -> MergeStrategy.OURS;
      case "theirs" -> MergeStrategy.THEIRS;
      case null, default -> MergeStrategy.DEFAULT;
    };
  }
}
