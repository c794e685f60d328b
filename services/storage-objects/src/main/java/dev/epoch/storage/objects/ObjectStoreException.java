package dev.epoch.storage.objects;

import java.io.IOException;

/** An object store refused or could not be reached. */
public final class ObjectStoreException extends IOException {

  private static final long serialVersionUID = 1;

  /** What went wrong. */
  public enum Kind {
    /** There is no object under the key. */
    NO_OBJECT,
    /** There is no such bucket, container or folder. */
    NO_STORE,
    /** The credentials are wrong, expired, or may not do this. */
    DENIED,
    /** The store did not answer, or asks to come again, after all retries; nothing was written. */
    UNAVAILABLE,
    /** Whether the object was written is not known. */
    IN_DOUBT,
    /** The store answered what it should not. */
    INVALID
  }

  private final Kind kind;

  /**
   * @param message problem, cause and remedy, without a secret
   * @param cause may be null
   */
  public ObjectStoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
