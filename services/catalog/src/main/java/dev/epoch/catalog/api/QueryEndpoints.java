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
import dev.epoch.catalog.store.Author;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The best configurations of an instance. */
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public abstract class QueryEndpoints {
  private static final int MOST_QUERIES = 100;

  protected final CatalogRequest request;

  protected QueryEndpoints(CatalogRequest request) {
    this.request = request;
  }

  /** Which state is solved. */
  protected abstract Target target();

  @GET
  @Path("instances/{id}/query")
  @Operation(
      summary = "Find the best configuration of an instance",
      description =
          "Each parameter is the weight of a property: price=-1 makes it cheap. derived_properties: names, separated by commas. Nothing is kept.")
  public Response query(@PathParam("id") String id) {
    return Answers.ok(() -> {
      Objective objective = Objective.of(request.parameters());
      return solves().solve(target(), Set.of(id), Terms.of(objective));
    });
  }

  @POST
  @Path("instances/{id}/query")
  @Operation(
      summary = "Find the best configuration of an instance, and keep it",
      description = "{\"price\": -1.0, \"derived_properties\": [\"total_cost\"]}")
  public Response query(@PathParam("id") String id, JsonNode body) {
    return Answers.ok(() -> kept(target(), id, Objective.parse(body, Set.of()), request.author()));
  }

  @POST
  @Path("instances/{id}/batch-query")
  @Operation(
      summary = "Find several best configurations of an instance, and keep them",
      description =
          "{\"queries\": [{\"id\": \"min_price\", \"price\": -1.0}], \"derived_properties\": [\"total_cost\"]}")
  public Response batch(@PathParam("id") String id, JsonNode body) {
    return Answers.ok(() -> {
      JsonFields fields =
          new JsonFields(body, "batch").allow(Set.of("queries", "derived_properties"));
      JsonNode derived = fields.first("derived_properties");
      List<String> names =
          derived == null ? List.of() : JsonFields.texts(derived, "derived_properties");
      List<JsonNode> queries = fields.list("queries", (node, _) -> node);
      if (queries.isEmpty() || queries.size() > MOST_QUERIES) {
        throw new InvalidCatalogException("queries should be 1 to " + MOST_QUERIES);
      }
      Target target = target();
      Author author = request.author();
      ObjectNode answer = CatalogJson.object();
      ArrayNode results = answer.putArray("results");
      for (JsonNode query : queries) {
        String name = new JsonFields(query, "query").requiredText("id");
        ObjectNode result = results.addObject().put("id", name);
        Objective objective = Objective.parse(query, Set.of("id")).with(names);
        result.setAll(kept(target, id, objective, author));
      }
      return answer;
    });
  }

  private ObjectNode kept(Target target, String id, Objective objective, Author author) {
    ObjectNode found = solves().solve(target, Set.of(id), Terms.of(objective));
    found.set(
        "configuration",
        solves()
            .keep(
                target.place(), target.commit(), (ObjectNode) found.get("configuration"), author));
    return found;
  }

  private CatalogSolves solves() {
    return request.catalog().solves();
  }
}
