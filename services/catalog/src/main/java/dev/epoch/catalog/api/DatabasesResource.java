package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.store.CatalogDatabases;
import dev.epoch.engine.catalog.CatalogState;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Databases of the catalog. */
@Path("/databases")
@Tag(name = "Catalog: databases")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DatabasesResource {
  private final CatalogRequest request;

  DatabasesResource(CatalogRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List databases of the catalog")
  public Response list() {
    return Answers.ok(() -> {
      ArrayNode list = CatalogJson.array();
      request.databases().forEach(each -> list.add(Views.database(each)));
      return list;
    });
  }

  @POST
  @Operation(
      summary = "Create a database, with a branch main",
      description =
          "{\"id\": \"furniture-db\", \"name\": \"Furniture Store\", \"description\": \"...\"}; without an id, one is made from the name. A database is the catalog of the repository of its name, which is created if there is none.")
  public Response create(JsonNode body) {
    return Answers.created(() -> {
      JsonFields fields =
          new JsonFields(body, "database").allow(Set.of("id", "name", "description"));
      CatalogDatabases databases = request.catalog().databases();
      return Views.database(
          databases.create(
              fields.text("id"),
              fields.requiredText("name", "id"),
              fields.text("description"),
              request.author()));
    });
  }

  @GET
  @Path("{db_id}")
  @Operation(summary = "Get a database")
  public Response get(@PathParam("db_id") String database) {
    return Answers.ok(() -> Views.database(request.repository(database)));
  }

  @DELETE
  @Path("{db_id}")
  @Operation(
      summary = "Delete an empty database",
      description = "409 if it has commits, several branches or a working commit.")
  public Response delete(@PathParam("db_id") String database) {
    return Answers.ok(() -> {
      LiveRepository repository = request.repository(database);
      request.catalog().databases().delete(repository, request.author());
      return Views.deleted("Database", "deleted_database_id", database);
    });
  }

  @GET
  @Path("{db_id}/commits")
  @Operation(summary = "List all commits of a database, newest first")
  public Response commits(@PathParam("db_id") String database) {
    return Answers.ok(() -> {
      LiveRepository repository = request.repository(database);
      CatalogState catalog = repository.state().catalog();
      ArrayNode list = CatalogJson.array();
      for (int i = catalog.order().size() - 1; i >= 0; i--) {
        list.add(Views.commit(repository, catalog.commits().get(catalog.order().get(i))));
      }
      return list;
    });
  }
}
