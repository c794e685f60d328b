package dev.epoch.storage.error;

/** A table of this kind or shape cannot be versioned. */
public final class NotVersionableException extends StorageException {
  public NotVersionableException(String message, String remedy) {
    super(message, remedy);
  }
}
