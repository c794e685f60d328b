package dev.epoch.storage.error;

/**
 * A backend could not do what was asked. Subclasses say why; unless they say otherwise nothing was
 * changed.
 */
public class StorageException extends RuntimeException {
  private final String remedy;

  public StorageException(String message, String remedy, Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  public StorageException(String message, String remedy) {
    this(message, remedy, null);
  }

  /** What the user can do, or null. */
  public String remedy() {
    return remedy;
  }
}
