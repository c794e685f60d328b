package dev.epoch.api.storage;

import dev.epoch.gateway.storage.StorageService;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a storage backend logs in with; no secret is told. */
@Schema(name = "StorageCredentials")
public record StorageCredentials(
    String storage,
    String backend,
    @Schema(description = "static: kept by the server, encrypted; none: no secret is kept")
        String provider,
    @Schema(description = "User of the database; null if none is set") String username,
    @Schema(description = "Names of the secrets that are kept", examples = "[\"password\"]")
        List<String> secrets,
    @Schema(description = "Id of the key that sealed them; null if that cannot be told")
        String sealedBy,
    @Schema(description = "Whether the server can decrypt them") boolean readable) {

  static StorageCredentials of(StorageService.Credentials credentials) {
    return new StorageCredentials(
        credentials.storage(),
        credentials.backend(),
        credentials.secrets().isEmpty() && credentials.readable() ? "none" : "static",
        credentials.username(),
        credentials.secrets(),
        credentials.sealedBy() == null ? null : credentials.sealedBy().toString(),
        credentials.readable());
  }

  /** Body of {@code POST /storage/{name}/credentials}. */
  @Schema(name = "RotateStorageCredentials")
  public record Rotate(
      @NotNull @Schema(description = "The new password; empty for none") String password,
      @Size(min = 1) @Schema(description = "The new user; the same if it is left out")
          String username) {
    /** Shows no secret. */
    @Override
    public String toString() {
      return "Rotate[" + username + "]";
    }
  }
}
