package dev.epoch.api.access;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.epoch.model.access.Verb;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A key of the API, without its secret. */
@Schema(name = "ApiKey")
public record ApiKeyView(
    String name,
    @Schema(description = "How it begins; null for keys of the server's settings and older ones")
        String prefix,
    @Schema(description = "Null for the key of the server's settings") Instant createdAt,
    @Schema(description = "Id of the actor who made it; null for the key of the server's settings")
        String createdBy,
    @Schema(description = "Whether requests with it may name who they are for")
        boolean actsForOthers,
    @Schema(description = "Whether it may do everything, whatever roles say") boolean administrator,
    @Schema(description = "Verbs that it is for; what is not among them is refused")
        List<String> scopes,
    @Schema(description = "From then on it is refused; null for never") Instant expiresAt,
    @Schema(description = "To a few seconds; null for never, as far as this server knows")
        Instant lastUsedAt,
    @Schema(description = "When it got its present secret; null for the first one")
        Instant rotatedAt,
    @Schema(description = "created, or settings for EPOCH_API_KEY") String source) {

  public static ApiKeyView of(ApiKeys.Key key) {
    return new ApiKeyView(
        key.name(),
        key.prefix(),
        key.createdAt(),
        key.createdBy(),
        key.actsForOthers(),
        key.administrator(),
        new TreeSet<>(key.scopes()).stream().map(Verb::wireName).toList(),
        key.expiresAt(),
        key.lastUsedAt(),
        key.rotatedAt(),
        key.ofSettings() ? "settings" : "created");
  }

  /** All keys, by name. */
  @Schema(name = "ApiKeys")
  public record Listing(List<ApiKeyView> keys) {}

  /** A new key, or a new secret of one. */
  @Schema(name = "CreatedApiKey")
  public record Created(
      @Schema(description = "To be sent as Authorization: Bearer KEY; told only here") String key,
      @JsonUnwrapped ApiKeyView about) {

    public static Created of(ApiKeys.Created created) {
      return new Created(created.secret(), ApiKeyView.of(created.key()));
    }

    /** Shows no secret. */
    @Override
    public String toString() {
      return "Created[" + about.name() + "]";
    }
  }
}
