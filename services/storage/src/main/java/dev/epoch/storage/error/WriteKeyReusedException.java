package dev.epoch.storage.error;

/** The key of a write was used for another write before. Nothing was written. */
public final class WriteKeyReusedException extends StorageException {
  public WriteKeyReusedException(String message, String remedy) {
    super(message, remedy);
  }
}
