package dev.epoch.catalog.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Classes and instances of the working commit of the default branch. */
@Path("/databases/{db_id}/working-commit")
@Tag(name = "Catalog: default branch")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DefaultWorkingContentResource extends ContentEndpoints {
  DefaultWorkingContentResource(CatalogRequest request) {
    super(request);
  }
}
