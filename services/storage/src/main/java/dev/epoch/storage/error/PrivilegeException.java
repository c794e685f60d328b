package dev.epoch.storage.error;

/** The role lacks a privilege that Epoch needs; the remedy is the GRANT or ALTER to run. */
public final class PrivilegeException extends StorageException {
  public PrivilegeException(String message, String remedy) {
    super(message, remedy);
  }

  public PrivilegeException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
