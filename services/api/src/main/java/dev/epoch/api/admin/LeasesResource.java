package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Ownership;
import dev.epoch.log.Owner;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Which server owns which repository. */
@Path(ApiPaths.PREFIX + "/admin/leases")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
public class LeasesResource {
  private final ApiRequest request;

  LeasesResource(ApiRequest request) {
    this.request = request;
  }

  /**
   * @param server id of the server that answers
   * @param address by which other servers reach it
   */
  public record Leases(String server, String address, List<Lease> leases) {}

  /**
   * @param server id of the owner; null while there is none
   * @param address of the owner; null while there is none
   * @param fence number of the ownership, higher than that of every former one; null while there is
   *     none
   * @param decidesHere whether the server that answers decides about the repository now
   */
  public record Lease(
      String repository, String server, String address, Long fence, boolean decidesHere) {}

  @GET
  @Operation(
      summary = "Which server owns which repository",
      description = "As the server that answers has heard, about a fifth of a lease ago at most.")
  public Leases get() {
    Ownership ownership = request.server().ownership();
    Map<String, Owner> owners = ownership.owners();
    return new Leases(
        ownership.self().id().toString(),
        ownership.self().address(),
        request.server().repositories().list().stream()
            .map(repository -> lease(repository, owners.get(repository.name())))
            .toList());
  }

  private static Lease lease(LiveRepository repository, Owner owner) {
    return owner == null
        ? new Lease(repository.name(), null, null, null, repository.decides())
        : new Lease(
            repository.name(),
            owner.member().id().toString(),
            owner.member().address(),
            owner.fence(),
            repository.decides());
  }
}
