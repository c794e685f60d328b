package dev.epoch.catalog.api;

import dev.epoch.catalog.model.CatalogContent;
import dev.epoch.catalog.model.Instance;
import dev.epoch.catalog.resolve.ResolvedView;
import dev.epoch.catalog.resolve.Resolver;
import dev.epoch.catalog.store.CatalogException;
import dev.epoch.catalog.store.Place;
import dev.epoch.events.Digest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a commit holds: the same for ever. */
@Path("/databases/{db_id}/commits/{commit_hash}")
@Tag(name = "Catalog: commits")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommitResource {
  private final CatalogRequest request;

  CommitResource(CatalogRequest request) {
    this.request = request;
  }

  @GET
  @Operation(summary = "Get a commit, by its hash or the beginning of it")
  public Response get(@PathParam("db_id") String database, @PathParam("commit_hash") String hash) {
    return Answers.ok(() -> {
      Place place = request.branch(null);
      Digest id = request.commit(place);
      return Views.commit(place.repository(), place.catalog().commit(id).orElseThrow());
    });
  }

  @GET
  @Path("schema")
  @Operation(summary = "Get the classes of a commit")
  public Response schema(
      @PathParam("db_id") String database, @PathParam("commit_hash") String hash) {
    return Answers.ok(() -> Views.schema(database, null, content().content()));
  }

  @GET
  @Path("instances")
  @Operation(summary = "List the instances of a commit")
  public Response instances(
      @PathParam("db_id") String database,
      @PathParam("commit_hash") String hash,
      @QueryParam("class") String classId) {
    return Answers.ok(() -> {
      Resolver resolver = content();
      CatalogContent content = resolver.content();
      List<Instance> chosen =
          classId == null
              ? List.copyOf(content.instances().values())
              : content.instancesOf(classId);
      return Views.instances(resolver, null, chosen, Set.of(), 0);
    });
  }

  @GET
  @Path("instances/{id}")
  @Operation(summary = "Get an instance of a commit")
  public Response instance(
      @PathParam("db_id") String database,
      @PathParam("commit_hash") String hash,
      @PathParam("id") String id,
      @QueryParam("expand") String expand,
      @QueryParam("depth") Integer depth) {
    return Answers.ok(() -> {
      Resolver resolver = content();
      Instance found =
          resolver
              .content()
              .instance(id)
              .orElseThrow(() -> CatalogException.notFound("Instance", id));
      return new ResolvedView(resolver, null)
          .of(found, CatalogRequest.names(expand), CatalogRequest.depth(depth));
    });
  }

  private Resolver content() {
    Place place = request.branch(null);
    return request.catalog().store().at(place.catalog(), request.commit(place));
  }
}
