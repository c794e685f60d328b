package dev.epoch.api.table;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.schema.ChangeLimits;
import dev.epoch.api.table.ConstraintsView.Support;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.schema.ConstraintService;
import dev.epoch.gateway.schema.ConstraintService.Changed;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.table.TableService;
import dev.epoch.projections.history.TableRow;
import dev.epoch.storage.StorageAdapter;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Constraints and indexes of tables. */
@Path(ApiPaths.PREFIX + "/tables/{table}")
@Tag(name = "Schemas")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConstraintsResource {
  private final ApiRequest request;
  private final TablesReader reader;

  ConstraintsResource(ApiRequest request, TablesReader reader) {
    this.request = request;
    this.reader = reader;
  }

  @GET
  @Path("constraints")
  @Operation(
      summary = "Constraints and indexes of a table",
      description =
          "As the database has them; with a ref as they were recorded. support says what the backend makes of them.")
  public ConstraintsView constraints(String table, @QueryParam("ref") String ref) {
    RepositoryState state = request.state();
    if (ref == null) {
      RegisteredTable registered = TableService.get(state, table);
      if (adapter(state, registered).schemas().isPresent()) {
        return ConstraintsView.live(
            table, support(state, registered), service().live(state, registered));
      }
    }
    TablesAt tables = reader.at(request, ref).await().indefinitely();
    TableRow at = tables.named(table);
    return ConstraintsView.recorded(
        table,
        ref == null ? "registered" : ref,
        support(StorageService.get(state, at.storage())),
        at.schema());
  }

  @POST
  @Path("constraints")
  @ResponseStatus(201)
  @APIResponseSchema(value = ConstraintsView.Changed.class, responseCode = "201")
  @Operation(
      summary = "Add a constraint to the live table",
      description =
          "Refused where records stand against it. Locks are waited for as long as lock_timeout says, and tried for again. With online=true writers go on while records are checked.")
  public ConstraintsView.Changed addConstraint(String table, @NotNull @Valid AddConstraint body) {
    return changed(
        table,
        (state, registered) ->
            service()
                .add(
                    state,
                    registered,
                    body.request(registered.schemaName()),
                    ChangeLimits.how(
                        body.online(),
                        body.lockTimeout(),
                        body.statementTimeout(),
                        body.retries())));
  }

  @DELETE
  @Path("constraints/{constraint}")
  @Operation(
      summary = "Remove a constraint from the live table",
      description = "The key that tells versioned records apart stays.")
  public ConstraintsView.Changed removeConstraint(
      String table,
      String constraint,
      @QueryParam("lock_timeout") String lockTimeout,
      @QueryParam("retries") Integer retries) {
    return changed(
        table,
        (state, registered) ->
            service()
                .removeConstraint(
                    state,
                    registered,
                    constraint,
                    ChangeLimits.how(null, lockTimeout, null, retries)));
  }

  @GET
  @Path("indexes")
  @Operation(
      summary = "Indexes and constraints of a table",
      description = "The same as its constraints.")
  public ConstraintsView indexes(String table, @QueryParam("ref") String ref) {
    return constraints(table, ref);
  }

  @POST
  @Path("indexes")
  @ResponseStatus(201)
  @APIResponseSchema(value = ConstraintsView.Changed.class, responseCode = "201")
  @Operation(
      summary = "Add an index to the live table",
      description =
          "With online=true beside writers (CONCURRENTLY); what a failure leaves of it is removed.")
  public ConstraintsView.Changed addIndex(String table, @NotNull @Valid AddIndex body) {
    return changed(
        table,
        (state, registered) ->
            service()
                .add(
                    state,
                    registered,
                    body.request(),
                    ChangeLimits.how(
                        body.online(),
                        body.lockTimeout(),
                        body.statementTimeout(),
                        body.retries())));
  }

  @DELETE
  @Path("indexes/{index}")
  @Operation(summary = "Remove an index from the live table")
  public ConstraintsView.Changed removeIndex(
      String table,
      String index,
      @QueryParam("online") Boolean online,
      @QueryParam("lock_timeout") String lockTimeout,
      @QueryParam("retries") Integer retries) {
    return changed(
        table,
        (state, registered) ->
            service()
                .removeIndex(
                    state,
                    registered,
                    index,
                    ChangeLimits.how(online, lockTimeout, null, retries)));
  }

  private ConstraintService service() {
    return request.server().constraints();
  }

  private StorageAdapter adapter(RepositoryState state, RegisteredTable table) {
    return request.server().backends().adapter(state, table);
  }

  private Support support(RepositoryState state, RegisteredTable table) {
    return support(StorageService.get(state, table.storage()));
  }

  private Support support(StorageState storage) {
    StorageAdapter adapter = request.server().backends().adapters().adapter(storage);
    return Support.of(
        storage.backend(),
        !adapter.capabilities().constraints().isEmpty(),
        adapter.schemaChanges().isPresent());
  }

  private ConstraintsView.Changed changed(
      String name, BiFunction<RepositoryState, RegisteredTable, Changed> change) {
    RepositoryState state = request.state();
    RegisteredTable table = TableService.get(state, name);
    Changed changed = change.apply(state, table);
    return new ConstraintsView.Changed(
        changed.statements(),
        ConstraintsView.live(table.name(), support(state, table), changed.table()));
  }
}
