package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.store.CatalogDatabases;
import dev.epoch.engine.catalog.CatalogBranch;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Branches of a database; a branch is found by its id, or else by its name. */
@Path("/databases/{db_id}/branches")
@Tag(name = "Catalog: branches")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BranchesResource {
  private final CatalogRequest request;

  BranchesResource(CatalogRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "List branches of a database")
  public Response list(@PathParam("db_id") String database) {
    return Answers.ok(() -> {
      LiveRepository repository = request.repository();
      ArrayNode list = CatalogJson.array();
      repository.state().catalog().branches().values().stream()
          .sorted(Comparator.comparing(CatalogBranch::createdAt).thenComparing(CatalogBranch::id))
          .forEach(each -> list.add(Views.branch(repository, each)));
      return list;
    });
  }

  @POST
  @Operation(
      summary = "Create a branch",
      description =
          "{\"id\": ..., \"name\": ..., \"description\": ..., \"parent_branch_id\": ..., \"author\": ...}; only the name is needed. It begins at the head of its parent, without what is staged there.")
  public Response create(@PathParam("db_id") String database, JsonNode body) {
    return Answers.created(() -> {
      JsonFields fields =
          new JsonFields(body, "branch")
              .allow(Set.of("id", "name", "description", "parent_branch_id", "author"));
      LiveRepository repository = request.repository();
      return Views.branch(
          repository,
          request
              .catalog()
              .databases()
              .createBranch(
                  repository,
                  new CatalogDatabases.NewBranch(
                      fields.text("id"),
                      fields.requiredText("name", "id"),
                      fields.text("description"),
                      fields.text("parent_branch_id"),
                      fields.text("author")),
                  request.author()));
    });
  }

  @GET
  @Path("{branch_id}")
  @Operation(summary = "Get a branch")
  public Response get(@PathParam("db_id") String database, @PathParam("branch_id") String branch) {
    return Answers.ok(() -> Views.branch(request.repository(), request.place().branch()));
  }

  @PATCH
  @Path("{branch_id}")
  @Operation(
      summary = "Change name, description or status of a branch",
      description =
          "Statuses are active, merged and archived; an archived branch takes no changes.")
  public Response change(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch, JsonNode body) {
    return Answers.ok(() -> {
      JsonFields fields =
          new JsonFields(body, "branch").allow(Set.of("name", "description", "status"));
      LiveRepository repository = request.repository();
      String status = fields.text("status");
      return Views.branch(
          repository,
          request
              .catalog()
              .databases()
              .changeBranch(
                  repository,
                  branch,
                  fields.text("name"),
                  fields.text("description"),
                  status == null ? null : JsonFields.tag(status),
                  request.author()));
    });
  }

  @POST
  @Path("{branch_id}/delete")
  @Operation(
      summary = "Delete a branch",
      description =
          "{\"force\": true} also deletes one with a working commit, or with commits that are on no other branch.")
  public Response delete(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch, JsonNode body) {
    return Answers.ok(() -> {
      boolean force =
          body != null
              && !body.isNull()
              && new JsonFields(body, "body").allow(Set.of("force")).flag("force");
      request
          .catalog()
          .databases()
          .deleteBranch(request.repository(), branch, force, request.author());
      return Views.deleted("Branch", "deleted_branch_id", branch);
    });
  }
}
