package dev.epoch.catalog.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Classes and instances of a working commit. */
@Path("/databases/{db_id}/branches/{branch_id}/working-commit")
@Tag(name = "Catalog: working commit")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class WorkingContentResource extends ContentEndpoints {
  WorkingContentResource(CatalogRequest request) {
    super(request);
  }
}
