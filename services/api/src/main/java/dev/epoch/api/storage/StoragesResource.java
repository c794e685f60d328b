package dev.epoch.api.storage;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.StorageState;
import dev.epoch.gateway.storage.StorageService;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.projections.storages.StorageReads;
import dev.epoch.projections.storages.StoragesProjector;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.StorageUnavailableException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Storage backends: the databases that hold versioned tables. */
@Path(ApiPaths.PREFIX + "/storage")
@Tag(name = "Storage")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class StoragesResource {
  private static final Logger LOG = Logger.getLogger(StoragesResource.class);

  private final ApiRequest request;
  private final StorageReads reads;

  StoragesResource(ApiRequest request, StorageReads reads) {
    this.request = request;
    this.reads = reads;
  }

  @GET
  @Operation(summary = "List storage backends")
  public Uni<StorageView.Listing> list() {
    return storages()
        .map(found -> new StorageView.Listing(found.stream().map(StorageView::of).toList()));
  }

  /** As soon as the read model has what the request may expect. */
  private Uni<List<StorageReads.Storage>> storages() {
    LiveRepository repository = request.repository();
    return request
        .until(StoragesProjector.NAME, repository)
        .chain(() -> reads.all(repository.name()));
  }

  @POST
  @RunOnVirtualThread
  @ResponseStatus(201)
  @APIResponseSchema(value = StorageView.class, responseCode = "201")
  @Operation(
      summary = "Add a storage backend",
      description = "Passwords and other secrets are kept encrypted and never come back.")
  public StorageView add(@NotNull @Valid AddStorage body) {
    return add(request, body);
  }

  public static StorageView add(ApiRequest request, AddStorage body) {
    body.config().forEach((key, value) -> NumberLimits.check(value, "body", "config", key));
    LiveRepository repository = request.repository();
    StorageState added =
        request
            .server()
            .storages()
            .add(
                repository,
                body.name(),
                body.backend(),
                body.config(),
                body.description(),
                Boolean.TRUE.equals(body.isDefault()),
                request.caller());
    return StorageView.of(repository.state(), added);
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a storage backend")
  public Uni<StorageView> get(String name) {
    return storages()
        .map(found ->
            found.stream()
                .filter(storage -> storage.name().equals(name))
                .findFirst()
                .map(StorageView::of)
                .orElseThrow(() -> StorageService.notFound(name)));
  }

  @PATCH
  @RunOnVirtualThread
  @Path("{name}")
  @Operation(summary = "Change a storage backend", description = "What is left out stays.")
  public StorageView change(String name, @NotNull @Valid ChangeStorage body) {
    if (body.config() != null) {
      body.config().forEach((key, value) -> NumberLimits.check(value, "body", "config", key));
    }
    LiveRepository repository = request.repository();
    StorageState changed =
        request
            .server()
            .storages()
            .update(
                repository,
                name,
                body.config(),
                body.description(),
                body.enabled(),
                body.isDefault(),
                request.caller());
    return StorageView.of(repository.state(), changed);
  }

  @DELETE
  @RunOnVirtualThread
  @Path("{name}")
  @Operation(
      summary = "Remove a storage backend",
      description = "Refused while registered tables are in it.")
  public void remove(String name, @QueryParam("force") Boolean force) {
    request
        .server()
        .storages()
        .remove(request.repository(), name, Boolean.TRUE.equals(force), request.caller());
  }

  @GET
  @RunOnVirtualThread
  @Path("{name}/credentials")
  @Operation(summary = "Tell what a storage backend logs in with, without the secrets")
  public StorageCredentials credentials(String name) {
    return StorageCredentials.of(request.server().storages().credentials(request.state(), name));
  }

  @POST
  @RunOnVirtualThread
  @Path("{name}/credentials")
  @Operation(
      summary = "Give a storage backend another password",
      description =
          "It is tried first: one with which the database cannot be used is refused, and the former one stays.")
  public StorageCredentials rotate(String name, @NotNull @Valid StorageCredentials.Rotate body) {
    return StorageCredentials.of(
        request
            .server()
            .storages()
            .rotate(
                request.repository(), name, body.username(), body.password(), request.caller()));
  }

  @POST
  @RunOnVirtualThread
  @Path("{name}/test")
  @Operation(
      summary = "Try a storage backend",
      description =
          "Reaches the database and looks whether it allows what Epoch needs. Changes nothing; a database that cannot be reached is an answer too.")
  public StorageView.Test test(String name) {
    try {
      RepositoryState state = request.state();
      return StorageView.Test.of(
          request.server().storages().test(state, name),
          request.server().backends().adapters().adapter(StorageService.get(state, name)));
    } catch (StorageUnavailableException | PrivilegeException | OutcomeUnknownException failure) {
      LOG.infof(failure.getCause(), "Storage '%s': %s", name, failure.getMessage());
      return StorageView.Test.failed(failure.getMessage(), failure.remedy());
    }
  }
}
