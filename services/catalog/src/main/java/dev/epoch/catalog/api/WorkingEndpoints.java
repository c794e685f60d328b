package dev.epoch.catalog.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.catalog.model.CatalogJson;
import dev.epoch.catalog.model.JsonFields;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.Place;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The working commit of a branch: one at a time, made by the first change. */
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public abstract class WorkingEndpoints {
  protected final CatalogRequest request;

  protected WorkingEndpoints(CatalogRequest request) {
    this.request = request;
  }

  @POST
  @Operation(
      summary = "Begin a working commit",
      description = "Rarely needed: the first change begins one. 409 if there is one.")
  public Response start() {
    return Answers.created(() -> {
      Place started = request.catalog().changes().start(request.place(), request.author());
      return view(started, false);
    });
  }

  @GET
  @Operation(
      summary = "View the working commit, with relationships resolved",
      description =
          "changes tells what it changes; schema_data and instances_data are the branch as it would be committed.")
  public Response view() {
    return Answers.ok(() -> view(request.place(), false));
  }

  @GET
  @Path("raw")
  @Operation(summary = "View the working commit as it was written")
  public Response raw() {
    return Answers.ok(() -> view(request.place(), true));
  }

  private ObjectNode view(Place place, boolean isRaw) {
    Resolver working = request.working(place);
    Resolver head = request.catalog().store().at(place.catalog(), place.branch().head());
    return Views.working(place, working, head.content(), isRaw);
  }

  @DELETE
  @Operation(summary = "Abandon what is staged")
  public Response abandon() {
    return Answers.ok(() -> {
      Place place = request.place();
      request.catalog().changes().abandon(place, request.author());
      return CatalogJson.object()
          .put("message", "Working commit abandoned")
          .put("branch_id", place.branch().id())
          .put("status", "abandoned");
    });
  }

  @POST
  @Path("commit")
  @Operation(
      summary = "Commit all that is staged",
      description = "{\"message\": ..., \"author\": ...}; what is staged is not validated first.")
  public Response commit(JsonNode body) {
    return Answers.ok(() -> {
      JsonFields fields = new JsonFields(body, "commit").allow(Set.of("message", "author"));
      Place place = request.place();
      return Views.commit(
          place.repository(),
          request
              .catalog()
              .changes()
              .commit(
                  place, fields.requiredText("message"), fields.text("author"), request.author()));
    });
  }
}
