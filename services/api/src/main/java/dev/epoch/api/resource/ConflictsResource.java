package dev.epoch.api.resource;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.json.NumberLimits;
import dev.epoch.api.record.ConflictResolution;
import dev.epoch.api.record.RecordKeys;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.ResolveConflicts;
import dev.epoch.api.view.ConflictPage;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.MergeState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.command.ResolveConflictsV1;
import dev.epoch.gateway.merge.ConflictService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.References;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.merge.FieldConflict;
import dev.epoch.model.merge.RowConflict;
import dev.epoch.storage.ValueCodec;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Conflicts of open merges. */
@Path(ApiPaths.PREFIX + "/conflicts")
@Tag(name = "Merges")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConflictsResource {
  private final ApiRequest request;

  ConflictsResource(ApiRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "Conflicts of the merge that is open on a branch")
  public ConflictPage list(
      @QueryParam("branch") String branch,
      @QueryParam("table") String table,
      @QueryParam("limit") Integer limit,
      @Parameter(description = "next of the page before") @QueryParam("after") String after) {
    RepositoryState state = request.state();
    ConflictService.Page page =
        request
            .server()
            .conflicts()
            .list(state, request.branch(state, branch), table, after, Pages.limit(limit));
    return new ConflictPage(
        page.conflicts().stream().map(status -> view(state, status)).toList(),
        page.total(),
        page.unresolved(),
        page.next());
  }

  @POST
  @Path("resolve")
  @Operation(
      summary = "Decide about conflicts",
      description =
          "All that the table, key, field and constraint given select. Later decisions win over"
              + " earlier ones.")
  public ConflictPage.Resolved resolve(@NotNull @Valid ResolveConflicts body) {
    if (body.value() != null) {
      NumberLimits.check(body.value(), "body", "value");
    }
    LiveRepository repository = request.repository();
    RepositoryState state = repository.state();
    String branch = request.branchName(state, body.branch());
    Optional<ConflictService.Settled> former =
        request.server().conflicts().former(state, request.caller());
    if (former.isPresent()) {
      return resolved(former.get());
    }
    ResolveConflictsV1 decision =
        ConflictResolution.needsTable(body)
            ? ofTable(state, References.branch(state, branch), body)
            : ConflictResolution.plain(body, branch);
    ConflictService.Settled resolved =
        request.server().conflicts().resolve(repository, decision, request.caller());
    return resolved(resolved);
  }

  private static ConflictPage.Resolved resolved(ConflictService.Settled settled) {
    return new ConflictPage.Resolved(settled.resolved(), settled.decided(), settled.remaining());
  }

  private ResolveConflictsV1 ofTable(
      RepositoryState state, BranchState branch, ResolveConflicts body) {
    RegisteredTable table = TableService.get(state, table(branch.merge(), body));
    return new ConflictResolution(table.schema(), values(state, table))
        .of(body, branch.name(), table.name());
  }

  /** The table that is named, or the only one with conflicts. */
  private static String table(MergeState merge, ResolveConflicts body) {
    if (body.table() != null) {
      return body.table();
    }
    if (merge != null && merge.conflicts().size() == 1) {
      return merge.conflicts().keySet().iterator().next();
    }
    throw new InvalidRequestException(
        FieldProblem.body("missing", "table", "A key or value needs its table"));
  }

  private ConflictPage.ConflictView view(RepositoryState state, ConflictService.Status status) {
    RowConflict conflict = status.conflict();
    RegisteredTable table = state.tables().byId().get(conflict.tableId());
    ValueCodec values = values(state, table);
    Set<String> open = status.open().stream().map(FieldConflict::label).collect(Collectors.toSet());
    List<ConflictPage.FieldView> fields =
        conflict.fields().stream()
            .map(field ->
                new ConflictPage.FieldView(
                    field.label(),
                    FieldValues.json(table, values, field, field.base()),
                    FieldValues.json(table, values, field, field.ours()),
                    FieldValues.json(table, values, field, field.theirs()),
                    !open.contains(field.label())))
            .toList();
    return new ConflictPage.ConflictView(
        conflict.id(),
        conflict.tableName(),
        new RecordKeys(table.schema(), values).toJson(conflict.key()),
        conflict.type().wireName(),
        fields,
        conflict.constraint(),
        status.resolved());
  }

  private ValueCodec values(RepositoryState state, RegisteredTable table) {
    return request.server().reads().values(state, Backends.handle(state, table));
  }
}
