package dev.epoch.storage.error;

/** A location URL or the settings of a storage do not make sense; the message says which part. */
public final class BadLocationException extends StorageException {
  public BadLocationException(String message, String remedy) {
    super(message, remedy);
  }
}
