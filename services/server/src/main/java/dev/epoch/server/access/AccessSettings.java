package dev.epoch.server.access;

import dev.epoch.server.StartRefusedException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the operator says about who may ask. */
@Singleton
public class AccessSettings {
  /** The key of the settings is called this. */
  static final String KEY_NAME = "operator";

  private static final int SHORTEST_KEY = 32;

  private final Optional<KeyDigest> key;
  private final StartRefusedException refusal;
  private final boolean anonymous;

  AccessSettings(
      @ConfigProperty(name = "epoch.api-key") Optional<String> key,
      @ConfigProperty(name = "epoch.api-key-file") Optional<Path> file,
      @ConfigProperty(name = "epoch.allow-anonymous", defaultValue = "false") boolean anonymous) {
    Optional<KeyDigest> digest = Optional.empty();
    StartRefusedException problem = null;
    try {
      digest = file.map(AccessSettings::read).or(() -> key).map(AccessSettings::checked);
    } catch (StartRefusedException wrong) {
      problem = wrong;
    }
    this.key = digest;
    this.refusal = problem;
    this.anonymous = anonymous;
  }

  /**
   * Looks at the key of the settings.
   *
   * @throws StartRefusedException if it is none
   */
  void check() {
    if (refusal != null) {
      throw refusal;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new StartRefusedException(
          "The file of EPOCH_API_KEY_FILE cannot be read: " + file, unreadable);
    }
  }

  private static KeyDigest checked(String given) {
    String key = given.strip();
    if (key.length() < SHORTEST_KEY || !key.matches("[\\x21-\\x7e]+")) {
      throw new StartRefusedException(
          "The API key of EPOCH_API_KEY or EPOCH_API_KEY_FILE must be one word of at least "
              + SHORTEST_KEY
              + " ASCII characters, for example from: openssl rand -hex 32");
    }
    return KeyDigest.of(key);
  }

  /** What is kept of the key in the settings. */
  Optional<KeyDigest> key() {
    return key;
  }

  /** Whether requests without a key are answered wherever they come from. */
  boolean anonymous() {
    return anonymous;
  }
}
