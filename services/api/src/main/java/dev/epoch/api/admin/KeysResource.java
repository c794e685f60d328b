package dev.epoch.api.admin;

import dev.epoch.api.ApiPaths;
import dev.epoch.api.request.ApiRequest;
import dev.epoch.gateway.storage.SecretKeyService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The keys that seal the secrets of storages, webhooks and hooks. */
@Path(ApiPaths.PREFIX + "/admin/keys")
@Tag(name = "Administration")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class KeysResource {
  private final ApiRequest request;
  private final SecretKeyService keys;

  KeysResource(ApiRequest request, SecretKeyService keys) {
    this.request = request;
    this.keys = keys;
  }

  /**
   * @param id a number
   * @param primary whether it seals; the others only open
   * @param secrets how many of what is stored it has sealed
   */
  public record KeyView(String id, boolean primary, long secrets) {}

  public record KeyList(List<KeyView> keys, List<String> unreadable) {}

  /**
   * @param key the id of the new key
   * @param resealed how many secrets it has sealed anew: of storages, webhooks, hooks
   * @param unreadable whose secrets no key opens
   */
  public record RotatedKeys(String key, Map<String, Integer> resealed, List<String> unreadable) {}

  @GET
  @Operation(summary = "List the keys that seal stored secrets, without the keys themselves")
  public KeyList list() {
    return new KeyList(
        keys.list().stream()
            .map(key -> new KeyView(Long.toString(key.id()), key.primary(), key.secrets()))
            .toList(),
        keys.unreadable());
  }

  @POST
  @Path("/rotate")
  @Operation(
      summary = "Make a new key and seal stored secrets with it",
      description = "Former keys stay: they open what the log has of former states.")
  public RotatedKeys rotate() {
    SecretKeyService.Rotated rotated = keys.rotate(request.actor());
    return new RotatedKeys(Long.toString(rotated.key()), rotated.resealed(), rotated.unreadable());
  }
}
