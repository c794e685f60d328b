package dev.epoch.catalog.api;

import dev.epoch.catalog.solve.CatalogSolves.Target;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Configurations of the head of the default branch. */
@Path("/databases/{db_id}")
@Tag(name = "Catalog: solve")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DatabaseQueryResource extends QueryEndpoints {
  DatabaseQueryResource(CatalogRequest request) {
    super(request);
  }

  @Override
  protected Target target() {
    return Target.head(request.place());
  }
}
