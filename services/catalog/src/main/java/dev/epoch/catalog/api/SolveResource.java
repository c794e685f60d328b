package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.InvalidCatalogException;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.solve.CatalogSolves;
import dev.epoch.catalog.solve.CatalogSolves.Target;
import dev.epoch.catalog.solve.CatalogSolves.Terms;
import dev.epoch.catalog.solve.Objective;
import dev.epoch.catalog.solve.Policies;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.catalog.store.Place;
import dev.epoch.engine.catalog.CatalogArtifact;
import dev.epoch.events.Digest;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Configurations of whole branches, and the artifacts that are kept. */
@Path("/")
@Tag(name = "Catalog: solve")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SolveResource {
  private final CatalogRequest request;

  SolveResource(CatalogRequest request) {
    this.request = request;
  }

  @POST
  @Path("solve")
  @Operation(
      summary = "Solve a branch or commit, and keep the configuration",
      description =
          "{\"resolution_context\": {\"database_id\": ..., \"branch_id\": ..., \"commit_hash\": ..., \"policies\": {...}}, \"instance_ids\": [...], \"weights\": {\"price\": -1}, \"user_metadata\": {...}}; without instance_ids, all instances within their domains.")
  public Response solve(JsonNode body) {
    return Answers.created(() -> {
      JsonFields fields =
          new JsonFields(body, "body")
              .allow(Set.of("resolution_context", "instance_ids", "weights", "user_metadata"));
      JsonFields context =
          new JsonFields(fields.first("resolution_context"), "resolution_context")
              .allow(Set.of("database_id", "branch_id", "commit_hash", "policies"));
      LiveRepository repository = request.repository(context.requiredText("database_id"));
      Place place = Place.of(repository, repository.state(), context.text("branch_id"));
      Target target = target(place, context.text("commit_hash"));
      JsonNode roots = fields.first("instance_ids");
      Terms terms =
          new Terms(
              Objective.parse(fields.first("weights"), Set.of()),
              Policies.parse(context.first("policies")),
              fields.first("user_metadata"));
      ObjectNode found =
          solves()
              .solve(
                  target,
                  roots == null ? Set.of() : new TreeSet<>(JsonFields.texts(roots, "instance_ids")),
                  terms);
      return solves()
          .keep(place, target.commit(), (ObjectNode) found.get("configuration"), request.author());
    });
  }

  private static Target target(Place place, String commit) {
    if (commit == null) {
      return Target.head(place);
    }
    if (!Digest.isDigest(commit)) {
      throw new InvalidCatalogException(
          "resolution_context.commit_hash should be 64 hexadecimal digits");
    }
    return new Target(place, new Digest(commit), false);
  }

  @GET
  @Path("artifacts")
  @Operation(summary = "List configurations that were kept, newest first, in short")
  public Response list(
      @QueryParam("database_id") String database, @QueryParam("branch_id") String branch) {
    return Answers.ok(() -> {
      ArrayNode list = CatalogJson.array();
      for (LiveRepository repository : request.databases()) {
        if (database != null && !database.equals(repository.name())) {
          continue;
        }
        String branchId =
            branch == null
                ? null
                : repository.state().catalog().branch(branch).map(each -> each.id()).orElse("");
        repository.state().catalog().artifacts().values().stream()
            .filter(each -> branchId == null || branchId.equals(each.branchId()))
            .sorted(
                Comparator.comparing(CatalogArtifact::createdAt)
                    .reversed()
                    .thenComparing(CatalogArtifact::id))
            .forEach(each -> list.add(summary(solves().kept(each))));
      }
      return list;
    });
  }

  @GET
  @Path("artifacts/{artifact_id}")
  @Operation(summary = "Get a configuration that was kept")
  public Response get(@PathParam("artifact_id") String id) {
    return Answers.ok(() -> find(id));
  }

  @GET
  @Path("artifacts/{artifact_id}/summary")
  @Operation(summary = "Get a configuration that was kept, in short")
  public Response summary(@PathParam("artifact_id") String id) {
    return Answers.ok(() -> summary(find(id)));
  }

  private ObjectNode find(String id) {
    return request.databases().stream()
        .map(repository -> repository.state().catalog().artifacts().get(id))
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .map(solves()::kept)
        .orElseThrow(() -> CatalogException.notFound("Artifact", id));
  }

  private static ObjectNode summary(ObjectNode artifact) {
    ObjectNode json = CatalogJson.object();
    json.set("id", artifact.get("id"));
    json.set("created_at", artifact.get("created_at"));
    json.set("resolution_context", artifact.get("resolution_context"));
    JsonNode metadata = artifact.get("solve_metadata");
    json.set("total_time_ms", metadata.get("total_time_ms"));
    json.set("statistics", metadata.get("statistics"));
    json.set("solver", metadata.get("solver"));
    ObjectNode included = json.putObject("included");
    artifact
        .get("resolved_domains")
        .fields()
        .forEachRemaining(each -> {
          if (each.getValue().get("lower").longValue() > 0) {
            included.set(each.getKey(), each.getValue().get("lower"));
          }
        });
    if (artifact.has("user_metadata")) {
      json.set("user_metadata", artifact.get("user_metadata"));
    }
    return json;
  }

  private CatalogSolves solves() {
    return request.catalog().solves();
  }
}
