package dev.epoch.api.access;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.branch.TimeToLive;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.FieldProblem;
import dev.epoch.api.error.InvalidRequestException;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.api.request.Requester;
import dev.epoch.events.BranchExpiry;
import dev.epoch.model.access.Verb;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Keys of the API. */
@Path(ApiPaths.PREFIX + "/auth/keys")
@Tag(name = "Access")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ApiKeysResource {
  private static final String MORE_RIGHTS =
      "Do it with a key that may: the one that EPOCH_API_KEY sets for the server is one";

  private final ApiRequest request;
  private final ApiKeys keys;

  ApiKeysResource(ApiRequest request, ApiKeys keys) {
    this.request = request;
    this.keys = keys;
  }

  @GET
  @Operation(summary = "List the keys that are accepted, or have expired")
  public ApiKeyView.Listing list() {
    request.server();
    return new ApiKeyView.Listing(keys.list().stream().map(ApiKeyView::of).toList());
  }

  @POST
  @ResponseStatus(201)
  @APIResponseSchema(value = ApiKeyView.Created.class, responseCode = "201")
  @Operation(
      summary = "Make a key",
      description =
          "The answer is the only one that tells it. From the first key on, every request needs one; the first is an administrator's.")
  public ApiKeyView.Created create(@NotNull @Valid CreateApiKey body) {
    request.server();
    ApiKeys.NewKey wanted =
        new ApiKeys.NewKey(
            body.name(),
            Boolean.TRUE.equals(body.actsForOthers()),
            Objects.requireNonNullElseGet(
                body.administrator(), () -> body.scopes() == null && keys.list().isEmpty()),
            scopes(body.scopes()),
            expiry(body.ttl()));
    requireNoMore(wanted.actsForOthers(), wanted.administrator(), wanted.scopes());
    return ApiKeyView.Created.of(keys.create(wanted, request.actor().id()));
  }

  private Set<Verb> scopes(List<String> names) {
    if (names == null) {
      return request.principal().scopes();
    }
    Set<Verb> verbs =
        names.stream()
            .map(name ->
                Verb.of(name)
                    .orElseThrow(() ->
                        new InvalidRequestException(
                            FieldProblem.body(
                                "enum", "scopes", "Should be among " + Verb.names(Verb.all())))))
            .collect(Collectors.toUnmodifiableSet());
    if (verbs.isEmpty()) {
      throw new InvalidRequestException(
          FieldProblem.body("too_short", "scopes", "Should have at least one, or be left out"));
    }
    return verbs;
  }

  private static Instant expiry(String ttl) {
    BranchExpiry end = TimeToLive.from(Instant.now(), ttl, null);
    return end == null ? null : end.at();
  }

  /** Else whoever has fewer rights would give themselves more. */
  private void requireNoMore(
      boolean actsForOthers, boolean administrator, Collection<Verb> scopes) {
    Requester requester = request.requester();
    if (actsForOthers && !requester.actsForOthers()) {
      throw refused("A key that may not act for others makes none that may");
    }
    if (administrator && !requester.principal().administrator()) {
      throw refused("A key that is no administrator's makes none that is");
    }
    if (!requester.principal().scopes().containsAll(scopes)) {
      throw refused(
          "A key for %s makes none for more".formatted(Verb.names(requester.principal().scopes())));
    }
  }

  private static RequestRefusedException refused(String message) {
    return new RequestRefusedException(
        ApiError.of(403, "ApiKeyRightError", message, Map.of("remedy", MORE_RIGHTS)));
  }

  @POST
  @Path("{name}/rotate")
  @Operation(
      summary = "Give a key another secret",
      description =
          "The answer is the only one that tells it; the former secret is not accepted any more. Every key may rotate itself.")
  public ApiKeyView.Created rotate(String name) {
    request.server();
    if (!name.equals(request.principal().key())) {
      request.requireServer(Verb.ADMINISTER);
      keys.list().stream()
          .filter(key -> key.name().equals(name))
          .forEach(key -> requireNoMore(key.actsForOthers(), key.administrator(), key.scopes()));
    }
    return ApiKeyView.Created.of(keys.rotate(name, request.actor().id()));
  }

  @DELETE
  @Path("{name}")
  @Operation(
      summary = "Revoke a key",
      description = "It is not accepted any more as soon as this is answered.")
  public void revoke(String name) {
    request.server();
    keys.revoke(name, request.actor().id());
  }
}
