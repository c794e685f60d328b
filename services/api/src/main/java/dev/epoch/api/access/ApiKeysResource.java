package dev.epoch.api.access;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.error.RequestRefusedException;
import dev.epoch.api.request.ApiRequest;
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
import java.util.Map;
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
  private final ApiRequest request;
  private final ApiKeys keys;

  ApiKeysResource(ApiRequest request, ApiKeys keys) {
    this.request = request;
    this.keys = keys;
  }

  @GET
  @Operation(summary = "List the keys that are accepted")
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
          "The answer is the only one that tells it. From the first key on, every request needs one.")
  public ApiKeyView.Created create(@NotNull @Valid CreateApiKey body) {
    request.server();
    boolean actsForOthers = Boolean.TRUE.equals(body.actsForOthers());
    if (actsForOthers && !request.actsForOthers()) {
      throw new RequestRefusedException(
          ApiError.of(
              403,
              "ApiKeyRightError",
              "A key that may not act for others makes none that may",
              Map.of(
                  "remedy",
                  "Make it with a key that may: the one that EPOCH_API_KEY sets for the server is one")));
    }
    return ApiKeyView.Created.of(keys.create(body.name(), actsForOthers, request.actor().id()));
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
