package dev.epoch.catalog.api;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Classes and instances of a branch. */
@Path("/databases/{db_id}/branches/{branch_id}")
@Tag(name = "Catalog: classes and instances")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class BranchContentResource extends ContentEndpoints {
  BranchContentResource(CatalogRequest request) {
    super(request);
  }
}
