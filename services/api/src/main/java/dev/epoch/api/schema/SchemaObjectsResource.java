package dev.epoch.api.schema;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.answer.Formats;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.schema.SchemaObjectsView.Database;
import dev.epoch.api.schema.SchemaObjectsView.ObjectView;
import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.schema.SchemaService;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.model.schema.migration.MigrationOptions;
import dev.epoch.model.schema.migration.SchemaDialect;
import dev.epoch.model.schema.migration.Statement;
import dev.epoch.model.schema.object.DatabaseSchema;
import dev.epoch.model.schema.object.ObjectId;
import dev.epoch.model.schema.object.SchemaObject;
import dev.epoch.model.schema.snapshot.ObjectJson;
import dev.epoch.model.schema.snapshot.SchemaTree;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The objects of the databases' schemas, tables and all others. */
@Path(ApiPaths.PREFIX + "/schema/objects")
@Tag(name = "Schemas")
@RunOnVirtualThread
public class SchemaObjectsResource {
  private final ApiRequest request;

  SchemaObjectsResource(ApiRequest request) {
    this.request = request;
  }

  private record Found(String storage, String source, boolean backfilled, DatabaseSchema schema) {}

  @GET
  @Produces({MediaType.APPLICATION_JSON, MediaType.TEXT_PLAIN})
  @Operation(
      summary = "All objects of the databases' schemas",
      description =
          "Of those schemas that hold a registered table: at a ref what its commit, or the nearest one before it, records; with live=true as the branch ref has them now; with format=ddl the statements that make them.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = SchemaObjectsView.class)),
        @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(implementation = String.class))
      })
  public Response objects(
      @QueryParam("ref") String ref,
      @QueryParam("live") Boolean live,
      @QueryParam("storage") String storage,
      @QueryParam("format") String format) {
    RepositoryState state = request.state();
    List<Found> found = Boolean.TRUE.equals(live) ? live(state, ref) : recorded(state, ref);
    found.removeIf(database -> storage != null && !database.storage().equals(storage));
    return switch (Formats.of(format, "json", "ddl")) {
      case "ddl" ->
          Response.ok(
                  ddl(request.server().schemas().dialect(), found),
                  MediaType.TEXT_PLAIN_TYPE.withCharset("utf-8"))
              .build();
      default ->
          Response.ok(
                  new SchemaObjectsView(
                      found.stream().map(SchemaObjectsResource::database).toList()),
                  MediaType.APPLICATION_JSON_TYPE)
              .build();
    };
  }

  private List<Found> live(RepositoryState state, String ref) {
    BranchState branch = request.branch(state, ref);
    SchemaService schemas = request.server().schemas();
    return schemas.storages(state).stream()
        .map(storage -> new Found(storage, "live", false, schemas.of(state, branch, storage)))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private List<Found> recorded(RepositoryState state, String ref) {
    CommitState commit = request.references(state).commit(ref);
    SchemaService schemas = request.server().schemas();
    List<Found> found = new ArrayList<>();
    for (String storage : schemas.storages(state)) {
      SchemaService.recorded(state, commit, storage)
          .ifPresent(recorded ->
              found.add(
                  new Found(
                      storage,
                      recorded.commit().id(),
                      recorded.backfilled(),
                      schemas.read(recorded.schema()))));
    }
    if (found.isEmpty()) {
      throw new RefusedException(
          Code.COMMIT_NOT_FOUND,
          "Neither this commit nor one before it records schemas",
          Map.of(
              "commit",
              commit.id(),
              "remedy",
              "epoch commit --include-schema, epoch migrate-schemas --backfill, or ask for live"));
    }
    return found;
  }

  private static Database database(Found found) {
    SchemaTree tree = SchemaTree.of(found.schema());
    return new Database(
        found.storage(),
        found.source(),
        found.backfilled(),
        tree.root().hex(),
        found.schema().objects().values().stream().map(object -> view(object, tree)).toList());
  }

  private static ObjectView view(SchemaObject object, SchemaTree tree) {
    return new ObjectView(
        object.kind().label(),
        object.name().schema(),
        object.name().name(),
        tree.hash(object.id()).orElseThrow().hex(),
        object.dependsOn().stream().sorted().map(ObjectId::toString).toList(),
        ObjectJson.tree(object));
  }

  private static String ddl(SchemaDialect dialect, List<Found> found) {
    DatabaseSchema nothing = DatabaseSchema.of(List.of());
    StringBuilder ddl = new StringBuilder();
    for (Found database : found) {
      ddl.append("-- ").append(database.storage()).append('\n');
      for (Statement statement :
          dialect.statements(nothing, database.schema(), MigrationOptions.TRANSACTIONAL)) {
        ddl.append(statement.sql()).append(";\n");
      }
    }
    return ddl.toString();
  }
}
