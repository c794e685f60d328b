package dev.epoch.api.access;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A key of the API, without its secret. */
@Schema(name = "ApiKey")
public record ApiKeyView(
    String name,
    @Schema(description = "Null for the key of the server's settings") Instant createdAt,
    @Schema(description = "Id of the actor who made it; null for the key of the server's settings")
        String createdBy,
    @Schema(description = "Whether requests with it may name who they are for")
        boolean actsForOthers,
    @Schema(description = "created, or settings for EPOCH_API_KEY") String source) {

  public static ApiKeyView of(ApiKeys.Key key) {
    return new ApiKeyView(
        key.name(),
        key.createdAt(),
        key.createdBy(),
        key.actsForOthers(),
        key.ofSettings() ? "settings" : "created");
  }

  /** All keys, by name. */
  @Schema(name = "ApiKeys")
  public record Listing(List<ApiKeyView> keys) {}

  /** A new key. */
  @Schema(name = "CreatedApiKey")
  public record Created(
      String name,
      @Schema(description = "To be sent as Authorization: Bearer KEY; told only here") String key,
      Instant createdAt,
      String createdBy,
      boolean actsForOthers) {

    public static Created of(ApiKeys.Created created) {
      return new Created(
          created.key().name(),
          created.secret(),
          created.key().createdAt(),
          created.key().createdBy(),
          created.key().actsForOthers());
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "Created[" + name + "]";
    }
  }
}
