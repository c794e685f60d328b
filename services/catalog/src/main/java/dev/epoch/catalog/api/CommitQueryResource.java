package dev.epoch.catalog.api;

import dev.epoch.catalog.solve.CatalogSolves.Target;
import dev.epoch.catalog.store.Place;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Configurations of a commit. */
@Path("/databases/{db_id}/commits/{commit_hash}")
@Tag(name = "Catalog: solve")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class CommitQueryResource extends QueryEndpoints {
  CommitQueryResource(CatalogRequest request) {
    super(request);
  }

  @Override
  protected Target target() {
    Place place = request.branch(null);
    return new Target(place, request.commit(place), false);
  }
}
