package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.merge.Conflict;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.store.CatalogMerges;
import dev.epoch.catalog.store.Place;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
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

/** Merges and rebases of branches of a database. */
@Path("/databases/{db_id}/branches/{branch_id}")
@Tag(name = "Catalog: merges")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class MergesResource {
  private final CatalogRequest request;

  MergesResource(CatalogRequest request) {
    this.request = request;
  }

  /**
   * What a merge or rebase may say.
   *
   * @param target branch, null for the default branch
   * @param author null for whoever asks
   */
  private record Given(String target, String author, boolean force) {
    static Given of(JsonNode body) {
      if (body == null || body.isNull()) {
        return new Given(null, null, false);
      }
      JsonFields fields =
          new JsonFields(body, "body").allow(Set.of("target_branch_id", "author", "force"));
      return new Given(
          fields.text("target_branch_id"), fields.text("author"), fields.flag("force"));
    }
  }

  @POST
  @Path("merge")
  @Operation(
      summary = "Merge the branch into another one",
      description =
          "{\"target_branch_id\": ..., \"author\": ..., \"force\": false}; into the default branch if none is named. 409 with the conflicts if there are any, or if the merge would break instances; force lets the branch win, and takes broken instances.")
  public Response merge(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch, JsonNode body) {
    return Answers.of(() -> {
      Given given = Given.of(body);
      Place source = request.place();
      Place target = request.branch(given.target());
      CatalogMerges.Result result =
          request
              .catalog()
              .merges()
              .merge(source, target, given.force(), given.author(), request.author());
      return answer(result, source, target, "merge");
    });
  }

  @POST
  @Path("rebase")
  @Operation(summary = "Rebase the branch onto another one, the default branch if none is named")
  public Response rebase(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch, JsonNode body) {
    return Answers.of(() -> rebase(Given.of(body), null));
  }

  @POST
  @Path("rebase/{target_branch_id}")
  @Operation(summary = "Rebase the branch onto this one")
  public Response rebase(
      @PathParam("db_id") String database,
      @PathParam("branch_id") String branch,
      @PathParam("target_branch_id") String target,
      JsonNode body) {
    return Answers.of(() -> rebase(Given.of(body), target));
  }

  private Response rebase(Given given, String path) {
    Place feature = request.place();
    Place target = request.branch(path == null ? given.target() : path);
    CatalogMerges.Result result =
        request
            .catalog()
            .merges()
            .rebase(feature, target, given.force(), given.author(), request.author());
    return answer(result, feature, target, "rebase");
  }

  private static Response answer(
      CatalogMerges.Result result, Place source, Place target, String verb) {
    CatalogMerges.Plan plan = result.plan();
    boolean isMerge = verb.equals("merge");
    boolean changes = result.isDone() && plan.isNeeded();
    ObjectNode json = CatalogJson.object().put("success", result.isDone());
    json.set(
        "conflicts", Conflict.toJson(result.isDone() ? java.util.List.of() : plan.conflicts()));
    json.put(
        isMerge ? "merged_instances" : "rebased_instances",
        changes ? plan.merged().instances() : 0);
    json.put(
        isMerge ? "merged_schema_changes" : "rebased_schema_changes",
        changes && plan.merged().changesSchema());
    String from = source.branch().name();
    String to = target.branch().name();
    String way = isMerge ? "' into '" : "' onto '";
    if (!result.isDone()) {
      json.put(
          "message",
          "Cannot "
              + verb
              + " branch '"
              + from
              + way
              + to
              + "': "
              + plan.conflicts().size()
              + " conflict(s). Resolve them, or say \"force\": true");
    } else if (!plan.isNeeded()) {
      json.put("message", "'" + from + "' has nothing that '" + to + "' lacks");
    } else {
      json.put(
          "message",
          isMerge
              ? "Successfully merged branch '" + from + way + to + "'"
              : "Successfully rebased '" + from + way + to + "'");
    }
    if (!plan.isNeeded() && !isMerge) {
      json.put("message", "'" + from + "' stands on '" + to + "' already");
    }
    return Answers.json(result.isDone() ? 200 : 409, json);
  }

  @GET
  @Path("validate-merge")
  @Operation(summary = "Simulate merging the branch into the default branch")
  public Response validateMerge(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch) {
    return Answers.ok(() -> validateMerge((String) null));
  }

  @GET
  @Path("validate-merge/{target_branch_id}")
  @Operation(summary = "Simulate merging the branch into this one")
  public Response validateMerge(
      @PathParam("db_id") String database,
      @PathParam("branch_id") String branch,
      @PathParam("target_branch_id") String target) {
    return Answers.ok(() -> validateMerge(target));
  }

  private ObjectNode validateMerge(String target) {
    return Views.mergePlan(
        request.catalog().merges().planMerge(request.place(), request.branch(target), false));
  }

  @GET
  @Path("validate-rebase")
  @Operation(summary = "Simulate rebasing the branch onto the default branch")
  public Response validateRebase(
      @PathParam("db_id") String database, @PathParam("branch_id") String branch) {
    return Answers.ok(() -> validateRebase((String) null));
  }

  @GET
  @Path("validate-rebase/{target_branch_id}")
  @Operation(summary = "Simulate rebasing the branch onto this one")
  public Response validateRebase(
      @PathParam("db_id") String database,
      @PathParam("branch_id") String branch,
      @PathParam("target_branch_id") String target) {
    return Answers.ok(() -> validateRebase(target));
  }

  private ObjectNode validateRebase(String target) {
    return Views.rebasePlan(
        request.catalog().merges().planRebase(request.place(), request.branch(target), false));
  }
}
