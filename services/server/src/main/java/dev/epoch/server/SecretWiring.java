package dev.epoch.server;

import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.storage.SecretBox;
import dev.epoch.gateway.storage.SecretKeyService;
import dev.epoch.gateway.storage.StorageSecrets;
import dev.epoch.webhooks.secret.StoredSecrets;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** The keys of stored secrets, and what is said about them at start. */
@ApplicationScoped
public class SecretWiring {
  private static final Logger LOG = Logger.getLogger(SecretWiring.class);

  @Produces
  @Singleton
  SecretBox secrets(
      @ConfigProperty(name = "epoch.secret-key") Optional<String> key,
      @ConfigProperty(name = "epoch.secret-keys-file") Optional<Path> file,
      @ConfigProperty(name = "epoch.data-dir", defaultValue = ".epoch-data") Path directory) {
    try {
      return SecretBox.ofFile(
          file.orElse(directory.resolve("secret.keys")),
          key.map(SecretWiring::decoded).orElse(null),
          directory.resolve("secret.key"));
    } catch (UncheckedIOException | IllegalStateException wrong) {
      throw new StartRefusedException(wrong.getMessage() + "; see docs/security.md");
    }
  }

  private static byte[] decoded(String key) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(key.strip());
    } catch (IllegalArgumentException wrong) {
      bytes = new byte[0];
    }
    if (bytes.length != 32) {
      throw new StartRefusedException(
          "EPOCH_SECRET_KEY must be 32 bytes in base64, for example from: openssl rand -base64 32");
    }
    return bytes;
  }

  @Produces
  @Singleton
  SecretKeyService keys(SecretBox box, VersioningServer server, MetadataDatabase database) {
    return new SecretKeyService(
        box,
        List.of(
            new StorageSecrets(server.repositories(), server.storages()),
            StoredSecrets.ofWebhooks(database.pool()),
            StoredSecrets.ofHooks(database.pool())));
  }

  /** Beside the start, which it never ends: what needs no secret goes on. */
  void start(@Observes ServerStarted event, SecretBox box, SecretKeyService keys) {
    Thread.ofVirtual().name("stored secrets").start(() -> tell(box, keys));
  }

  private static void tell(SecretBox box, SecretKeyService keys) {
    try {
      box.openToOthers()
          .ifPresent(permissions ->
              LOG.warnf(
                  "The key set file %s is open to others (%s): whoever reads it and the log has the"
                      + " passwords of storages. Make it private (chmod 600), and change the key:"
                      + " epoch admin keys rotate",
                  box.path().orElseThrow(), permissions));
      List<String> unreadable = keys.unreadable();
      if (!unreadable.isEmpty()) {
        LOG.errorf(
            "The key that sealed the secrets of %s is lost: it is not in %s. Put back a copy of the"
                + " key set file, or give the secrets again",
            String.join(", ", unreadable),
            box.path().map(Path::toString).orElse("EPOCH_SECRET_KEY"));
      }
    } catch (RuntimeException e) {
      LOG.warn("Whether all stored secrets can be read is not known", e);
    }
  }
}
