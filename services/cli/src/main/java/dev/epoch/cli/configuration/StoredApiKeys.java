package dev.epoch.cli.configuration;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Keys of the API that {@code epoch auth login} has put away, by the address of the server; a file
 * that its owner alone can read.
 *
 * <pre>
 *   ["https://epoch.example.com"]
 *   api_key = "..."
 * </pre>
 */
public final class StoredApiKeys {
  private static final String KEY = "api_key";

  private final Path file;

  /**
   * @param file need not exist yet
   */
  public StoredApiKeys(Path file) {
    this.file = Objects.requireNonNull(file, "file");
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** The key for a server, if there is one. */
  public Optional<String> of(String server) {
    return Files.isRegularFile(file)
        ? Optional.ofNullable(ConfigurationFile.read(file, null, Map.of()).text(path(server)))
        : Optional.empty();
  }

  /** Puts a key away, in the place of the former one for the same server. */
  public void put(String server, String key) {
    forOwnerAlone();
    new ConfigurationEditor(file).set(List.of(path(server)), Json.text(key));
  }

  /**
   * Forgets the key for a server.
   *
   * @return whether there was one
   */
  public boolean remove(String server) {
    return Files.isRegularFile(file) && new ConfigurationEditor(file).unset(List.of(path(server)));
  }

  private static String[] path(String server) {
    return new String[] {server.replaceAll("/+$", ""), KEY};
  }

  /** Before a key is in it; one that is new is made so. */
  private void forOwnerAlone() {
    try {
      if (Files.isRegularFile(file)
          && Files.getFileStore(file).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException refused) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot make " + file + " readable for you alone: " + refused.getMessage(),
          "make it a file of your own");
    }
  }
}
