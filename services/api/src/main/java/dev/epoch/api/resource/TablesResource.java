package dev.epoch.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.record.TableDdl;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.DiscoverTables;
import dev.epoch.api.request.RegisterTable;
import dev.epoch.api.view.DiscoveredTables;
import dev.epoch.api.view.SchemaView;
import dev.epoch.api.view.TableView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.snapshot.ObjectJson;
import dev.epoch.storage.TablePath;
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
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Registered tables: which there are, and their shapes. */
@Path(ApiPaths.PREFIX + "/tables")
@Tag(name = "Tables")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TablesResource {
  private final ApiRequest request;

  TablesResource(ApiRequest request) {
    this.request = request;
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = TableView.class, responseCode = "201")
  @Operation(
      summary = "Register a table",
      description =
          "Answers when capture is installed and every record is read; GET on the table shows how far that is. The next commit of the default branch contains the table.")
  public TableView register(@NotNull @Valid RegisterTable body) {
    LiveRepository repository = request.repository();
    RegisteredTable table =
        request
            .server()
            .tables()
            .register(
                repository,
                new TableService.Request(
                    body.name(), body.location(), body.storageName(), body.path(), body.key()),
                request.caller());
    return TableView.of(repository.state(), table, null)
        .withSchema(SchemaView.of(table.name(), table.schema()));
  }

  @POST
  @Path("discover")
  @Operation(
      summary = "List the tables of a database",
      description =
          "Those that the repository has and those that it has not, whether they can be registered or not. Changes nothing.")
  public DiscoveredTables discover(@NotNull @Valid DiscoverTables body) {
    return DiscoveredTables.of(
        request
            .server()
            .discovery()
            .discover(request.state(), body.location(), body.storageName()));
  }

  @GET
  @Operation(
      summary = "List tables",
      description = "At a branch also those registered since its last commit.")
  public TableView.Listing list(@QueryParam("ref") String ref) {
    RepositoryState state = request.state();
    return new TableView.Listing(
        TablesAt.of(request, state, ref).all().stream()
            .map(table -> TableView.of(state, table.registration(), table.entry()))
            .sorted(Comparator.comparing(TableView::name))
            .toList());
  }

  @GET
  @Path("{table}")
  @Operation(
      summary = "Get a table",
      description = "While it is being registered, the answer tells how far that is.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(oneOf = {TableView.class, TableView.Registering.class})))
  public Response get(String table, @QueryParam("ref") String ref) {
    RepositoryState state = request.state();
    Optional<TableService.Progress> progress =
        request.server().tables().progress(state.name(), table);
    if (progress.isPresent()) {
      return Response.ok(TableView.Registering.of(table, progress.get())).build();
    }
    return Response.ok(view(state, TablesAt.of(request, state, ref).named(table))).build();
  }

  private static TableView view(RepositoryState state, TablesAt.Table table) {
    RegisteredTable registration = table.registration();
    return TableView.of(state, registration, table.entry())
        .withSchema(SchemaView.of(registration.name(), table.schema(state)));
  }

  @DELETE
  @Path("{table}")
  @Operation(
      summary = "Stop versioning a table",
      description =
          """
          Removes all that Epoch keeps beside it. The table stays as it is, and commits still read \
          what they read of it; with purge they do not, and what earlier removals of the name kept \
          goes too. Uncommitted changes, on whichever branch, need force.\
          """)
  public void remove(
      String table, @QueryParam("force") Boolean force, @QueryParam("purge") Boolean purge) {
    request
        .server()
        .tables()
        .remove(
            request.repository(),
            table,
            Boolean.TRUE.equals(force),
            Boolean.TRUE.equals(purge),
            request.caller());
  }

  @POST
  @Path("{table}/refresh")
  @Operation(
      summary = "Look at the table in its database",
      description =
          "What has become of its columns shows in GET /status from then on. Refused with SchemaChangedError if it is another table.")
  public TableView refresh(String table) {
    RepositoryState state = request.state();
    request.server().tables().refresh(state, table);
    BranchState branch = request.branch(state, null);
    return view(state, TablesAt.of(request, state, branch.name()).named(table));
  }

  @GET
  @Path("{table}/schema")
  @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
  @Operation(
      summary = "Get a table's shape",
      description =
          "At a ref; with live=true as the database has it now; with format=ddl as SQL in plain text; with full=true also the table's triggers, policies, privileges, comments and the like, if the backend tells them.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = SchemaView.class)),
        @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(implementation = String.class))
      })
  public Response schema(
      String table,
      @QueryParam("ref") String ref,
      @QueryParam("live") Boolean live,
      @QueryParam("full") Boolean full,
      @QueryParam("format") String format) {
    RepositoryState state = request.state();
    TablesAt.Table found = TablesAt.of(request, state, ref).named(table);
    RegisteredTable registration = found.registration();
    TableSchema schema =
        Boolean.TRUE.equals(live)
            ? live(request.server(), state, registration)
            : found.schema(state);
    return switch (Formats.of(format, "json", "ddl")) {
      case "ddl" ->
          Response.ok(
                  TableDdl.of(registration.schemaName(), registration.tableName(), schema),
                  MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
              .build();
      default ->
          Response.ok(
                  SchemaView.of(table, schema)
                      .from(
                          state.storages().byName().get(registration.storage()).backend(),
                          Boolean.TRUE.equals(live)
                              ? "live"
                              : found.entry() == null ? "registered" : commit(state, ref).id(),
                          Boolean.TRUE.equals(full)
                              ? definition(state, registration, ref, Boolean.TRUE.equals(live))
                              : null),
                  MediaType.APPLICATION_JSON_TYPE)
              .build();
    };
  }

  private CommitState commit(RepositoryState state, String ref) {
    return request.references(state).commit(ref);
  }

  /** Null where nothing more is known. */
  private JsonNode definition(
      RepositoryState state, RegisteredTable table, String ref, boolean live) {
    SchemaService schemas = request.server().schemas();
    Optional<DatabaseSchema> schema =
        live
            ? Optional.of(schemas.live(state, table.storage()))
            : SchemaService.recorded(state, commit(state, ref), table.storage())
                .map(recorded -> schemas.read(recorded.schema()));
    return schema
        .flatMap(objects -> objects.table(new ObjectName(table.schemaName(), table.tableName())))
        .map(ObjectJson::tree)
        .orElse(null);
  }

  private static TableSchema live(
      VersioningServer server, RepositoryState state, RegisteredTable table) {
    return server
        .backends()
        .adapter(state, table)
        .introspect(
            new TablePath(table.schemaName(), table.tableName()), table.schema().primaryKey())
        .schema();
  }
}
