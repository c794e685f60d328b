package dev.epoch.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Formats;
import dev.epoch.api.commit.UncapturedView;
import dev.epoch.api.record.TableDdl;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.schema.SchemaView;
import dev.epoch.api.storage.StorageView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.RegisteredTable;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.events.table.TableSchema;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.storage.Backends;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.table.TableService;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectName;
import dev.epoch.model.schema.snapshot.ObjectJson;
import dev.epoch.projections.history.TableRow;
import dev.epoch.storage.TablePath;
import dev.epoch.storage.state.PendingChanges;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
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
import java.util.List;
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
public class TablesResource {
  private final ApiRequest request;
  private final TablesReader reader;

  TablesResource(ApiRequest request, TablesReader reader) {
    this.request = request;
    this.reader = reader;
  }

  @POST
  @RunOnVirtualThread
  @ResponseStatus(201)
  @APIResponseSchema(value = TableView.class, responseCode = "201")
  @Operation(
      summary = "Register a table",
      description =
          "Answers when capture is installed and every record is read; GET on the table shows how far that is. The next commit of the default branch, or of the branch that is named, contains the table.")
  public TableView register(@NotNull @Valid RegisterTable body) {
    LiveRepository repository = request.repository();
    RegisteredTable table =
        request
            .server()
            .tables()
            .register(
                repository,
                new TableService.Request(
                    body.name(),
                    body.location(),
                    body.storageName(),
                    body.path(),
                    body.key(),
                    body.branch()),
                request.caller());
    RepositoryState state = repository.state();
    return TableView.of(storage(state, table), table, records(state, table, body.branch()))
        .withRules(state.profile().conflict())
        .withSchema(SchemaView.of(table.name(), table.schema()));
  }

  /** Those of a table that a branch has made are not committed yet. */
  private long records(RepositoryState state, RegisteredTable table, String branch) {
    return branch == null || table.baselineRows() > 0
        ? table.baselineRows()
        : request.server().workingSets().changes(state, request.branch(state, branch)).stream()
            .filter(change -> change.table().equals(table.name()))
            .mapToLong(change -> change.inserted())
            .sum();
  }

  @POST
  @RunOnVirtualThread
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
  public Uni<TableView.Listing> list(@QueryParam("ref") String ref) {
    return reader.at(request, ref).map(tables -> new TableView.Listing(tables.views()));
  }

  @GET
  @Path("{table}")
  @Operation(
      summary = "Get a table",
      description = "While it is being registered, the answer tells how far that is.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(oneOf = {TableView.class, TableView.Registering.class})))
  public Uni<Response> get(String table, @QueryParam("ref") String ref) {
    String repository = request.repository().name();
    RepositoryState state = request.repository().state();
    TableService registrations = request.server().tables();
    Uni<TablesAt> tables = reader.at(request, ref);
    return reader
        .registering(request, table)
        .chain(registering ->
            registering
                ? Uni.createFrom()
                    .item(
                        TableView.Registering.of(table, registrations.progress(repository, table)))
                : tables.map(found -> view(found, table, state)))
        .map(answer -> Response.ok(answer).build());
  }

  private static TableView view(TablesAt tables, String name, RepositoryState state) {
    TableRow table = tables.named(name);
    return tables
        .view(table)
        .withRules(state.profile().conflict())
        .copied(state, table.id())
        .withSchema(SchemaView.of(table.name(), table.schema()));
  }

  private static StorageView storage(RepositoryState state, RegisteredTable table) {
    return StorageView.of(state, state.storages().byName().get(table.storage()));
  }

  @DELETE
  @RunOnVirtualThread
  @Path("{table}")
  @Operation(
      summary = "Stop versioning a table",
      description =
          """
          Removes all that Epoch keeps beside it. The table stays as it is, and commits still read \
          what they read of it; with purge they do not, and what earlier removals of the name kept \
          goes too. Uncommitted changes, on whichever branch, need force. The next commit of the \
          branch that is named, else of the default branch, is without it; other branches have it \
          until a merge brings that commit.\
          """)
  public void remove(
      String table,
      @QueryParam("branch") String branch,
      @QueryParam("force") Boolean force,
      @QueryParam("purge") Boolean purge) {
    request
        .server()
        .tables()
        .remove(
            request.repository(),
            table,
            branch,
            Boolean.TRUE.equals(force),
            Boolean.TRUE.equals(purge),
            request.caller());
  }

  @POST
  @RunOnVirtualThread
  @Path("{table}/refresh")
  @Operation(
      summary = "Look at the table in its database",
      description =
          "What has become of its columns shows in GET /status from then on. Refused with SchemaChangedError if it is another table.")
  public TableView refresh(String table) {
    RepositoryState state = request.state();
    request.server().tables().refresh(state, table);
    return view(reader.at(request, null).await().indefinitely(), table, state);
  }

  @POST
  @RunOnVirtualThread
  @Path("{table}/rescan")
  @Operation(
      summary = "Look for changes of a table that were not captured",
      description =
          """
          Where its triggers were switched off: they are on again then, and what came meanwhile is \
          uncommitted. Reads the table beside its writers. Refused with CaptureOffError where \
          nobody knows what rows were before.\
          """)
  public UncapturedView.Rescanned rescan(String table, @QueryParam("branch") String branch) {
    LiveRepository repository = request.repository();
    String on = request.branch(repository.state(), branch).name();
    PendingChanges pending = request.server().captures().rescan(repository, table, on);
    return new UncapturedView.Rescanned(
        table, on, pending.inserted(), pending.updated(), pending.deleted());
  }

  @GET
  @RunOnVirtualThread
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
    TablesAt tables = reader.at(request, ref).await().indefinitely();
    TableRow found = tables.named(table);
    StorageView storage = tables.storage(found);
    boolean ofDatabase = Boolean.TRUE.equals(live);
    TableSchema schema = ofDatabase ? live(state, ref, storage.name(), found) : found.schema();
    return switch (Formats.of(format, "json", "ddl")) {
      case "ddl" ->
          Response.ok(
                  TableDdl.of(found.schemaName(), found.tableName(), schema),
                  MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
              .build();
      default ->
          Response.ok(
                  SchemaView.of(table, schema)
                      .from(
                          storage.backend(),
                          ofDatabase ? "live" : found.committed() ? tables.commit() : "registered",
                          Boolean.TRUE.equals(full)
                              ? definition(state, found, ref, ofDatabase)
                              : null),
                  MediaType.APPLICATION_JSON_TYPE)
              .build();
    };
  }

  /** Null where nothing more is known. */
  private JsonNode definition(RepositoryState state, TableRow table, String ref, boolean live) {
    SchemaService schemas = request.server().schemas();
    Optional<DatabaseSchema> schema =
        live
            ? Optional.of(schemas.live(state, table.storage()))
            : SchemaService.recorded(state, request.references(state).commit(ref), table.storage())
                .map(recorded -> schemas.read(recorded.schema()));
    return schema
        .flatMap(objects -> objects.table(new ObjectName(table.schemaName(), table.tableName())))
        .map(ObjectJson::tree)
        .orElse(null);
  }

  /** Of a branch as its sessions have it, committed or not; else of the live table. */
  private TableSchema live(RepositoryState state, String ref, String storage, TableRow table) {
    return Optional.ofNullable(ref)
        .flatMap(state::branch)
        .filter(branch -> !state.isDefault(branch))
        .flatMap(branch -> ofBranch(state, branch, table.name()))
        .orElseGet(() -> live(StorageService.get(state, storage), table));
  }

  private Optional<TableSchema> ofBranch(RepositoryState state, BranchState branch, String name) {
    return Backends.tables(state, branch).stream()
        .filter(table -> table.table().name().equals(name))
        .map(table ->
            request
                .server()
                .backends()
                .schemas(state, branch, List.of(table))
                .getOrDefault(table.table().id(), table.table().schema()))
        .findFirst();
  }

  private TableSchema live(StorageState storage, TableRow table) {
    return request
        .server()
        .backends()
        .adapters()
        .adapter(storage)
        .introspect(
            new TablePath(table.schemaName(), table.tableName()), table.schema().primaryKey())
        .schema();
  }
}
