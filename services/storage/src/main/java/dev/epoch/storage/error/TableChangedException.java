package dev.epoch.storage.error;

/**
 * The table is not the one that was registered any more: its columns changed, it was dropped or
 * renamed, or another has its name. Nothing is read or written until it is again, or is registered
 * anew.
 */
public final class TableChangedException extends StorageException {
  public TableChangedException(String message, String remedy) {
    super(message, remedy);
  }
}
