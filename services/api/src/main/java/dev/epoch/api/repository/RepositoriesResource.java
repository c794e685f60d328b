package dev.epoch.api.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.api.ApiPaths;
import dev.epoch.api.ServerStatus;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.merge.ConflictRules;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.NumberLimits;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.events.LiveCommits;
import dev.epoch.events.command.CreateRepositoryV1;
import dev.epoch.events.command.UpdateRepositoryV1;
import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Repositories of this server. */
@Path(ApiPaths.PREFIX + "/repositories")
@Tag(name = "Repositories")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RepositoriesResource {
  private final ApiRequest request;
  private final ServerStatus status;
  private final String defaultBranch;

  RepositoriesResource(
      ApiRequest request,
      ServerStatus status,
      @ConfigProperty(name = "epoch.default-branch", defaultValue = "main") String defaultBranch) {
    this.request = request;
    this.status = status;
    this.defaultBranch = defaultBranch;
  }

  /** A storage backend as it is asked for together with the repository. */
  private record Storage(String backend, Map<String, JsonNode> config, String description) {}

  @GET
  @Operation(summary = "List repositories")
  public RepositoryView.Listing list() {
    return new RepositoryView.Listing(
        request.server().repositories().list().stream()
            .filter(request::mayRead)
            .map(this::view)
            .toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = RepositoryView.class, responseCode = "201")
  @Operation(
      summary = "Create a repository",
      description = "It is opened for whoever asks: later requests need not name it.")
  public RepositoryView create(@NotNull @Valid CreateRepository body) {
    VersioningServer server = request.server();
    refuseForeignMetadata(body.metadataUrl());
    Map<String, Storage> storages = storages(server, body);
    Caller caller = request.caller();
    server
        .repositories()
        .create(
            new CreateRepositoryV1(
                body.name(),
                body.description(),
                body.defaultBranch() == null ? defaultBranch : body.defaultBranch()),
            caller);
    LiveRepository repository = request.repository(body.name());
    storages.forEach((name, storage) -> {
      if (repository.state().storages().named(name).isEmpty()) {
        server
            .storages()
            .add(
                repository,
                name,
                storage.backend(),
                storage.config(),
                storage.description(),
                name.equals(body.defaultStorage()),
                caller.another());
      }
    });
    return view(repository);
  }

  @GET
  @Path("{name}")
  @Operation(summary = "Get a repository")
  public RepositoryView get(String name) {
    return view(request.repository(name));
  }

  @POST
  @Path("{name}/open")
  @Operation(
      summary = "Open a repository",
      description = "Requests of the same actor that name no repository mean this one from now on.")
  public RepositoryView open(String name) {
    LiveRepository repository = request.repository(name);
    request.server().repositories().open(repository.name(), request.caller());
    return view(repository);
  }

  @PATCH
  @Path("{name}")
  @Operation(summary = "Change settings of a repository", description = "What is left out stays.")
  public RepositoryView change(String name, @NotNull @Valid ChangeRepository body) {
    LiveRepository repository = request.repository(name);
    request
        .server()
        .repositories()
        .update(
            repository.name(),
            new UpdateRepositoryV1(
                body.description(),
                body.liveChanges(),
                liveCommits(body.liveCommits()),
                ConflictRules.settings(body.conflict()),
                Branching.settings(body.branching())),
            request.caller());
    return view(repository);
  }

  private static LiveCommits liveCommits(ChangeRepository.LiveCommits given) {
    if (given == null) {
      return null;
    }
    long every = given.every() == null ? 0 : given.every();
    return new LiveCommits(given.policy(), every);
  }

  @DELETE
  @Path("{name}")
  @Operation(
      summary = "Delete a repository",
      description = "Its tables must be removed before; they stay as they are in their databases.")
  public void delete(String name) {
    LiveRepository repository = request.repository(name);
    RepositoryState before = repository.state();
    request.server().repositories().delete(repository.name(), request.caller());
    request.server().cleanups().forget(before);
  }

  private RepositoryView view(LiveRepository repository) {
    return RepositoryView.of(repository.state(), status.metadataUrl());
  }

  private void refuseForeignMetadata(String url) {
    if (url != null && !status.isMetadataUrl(url)) {
      throw new InvalidRequestException(
          FieldProblem.body(
              "value_error",
              "metadata_url",
              "This server keeps its metadata in " + status.metadataUrl()),
          "Leave metadata_url out, or start a server with EPOCH_METADATA_URL set to it");
    }
  }

  /** Checked before anything is created. */
  private static Map<String, Storage> storages(VersioningServer server, CreateRepository body) {
    Map<String, Storage> storages = new LinkedHashMap<>();
    if (body.storageConfigs() != null) {
      body.storageConfigs()
          .forEach((name, settings) -> storages.put(name, storage(name, settings)));
    }
    if (body.defaultStorage() != null && !storages.containsKey(body.defaultStorage())) {
      throw new InvalidRequestException(
          FieldProblem.body("value_error", "default_storage", "Should be one of storage_configs"),
          "Create the repository first, then: epoch storage add NAME --set-default");
    }
    storages
        .values()
        .forEach(storage ->
            server.backends().adapters().factory(storage.backend()).settings(storage.config()));
    return storages;
  }

  private static Storage storage(String name, Map<String, JsonNode> given) {
    Map<String, JsonNode> config =
        new LinkedHashMap<>(given == null ? Map.<String, JsonNode>of() : given);
    JsonNode backend = config.remove("backend");
    if (backend == null || !backend.isTextual()) {
      throw new InvalidRequestException(
          FieldProblem.body("missing", "storage_configs." + name + ".backend", "Name the backend"));
    }
    JsonNode description = config.remove("description");
    JsonNode nested = config.remove("config");
    if (nested != null && nested.isObject()) {
      nested.properties().forEach(field -> config.put(field.getKey(), field.getValue()));
    }
    config.forEach((key, value) -> NumberLimits.check(value, "body", "storage_configs", name, key));
    return new Storage(
        backend.textValue(), config, description == null ? null : description.asText(null));
  }
}
