package dev.epoch.storage.error;

/**
 * A record was refused: unknown or missing column, wrong type, one key twice, or a constraint of
 * the database.
 */
public final class WriteRefusedException extends StorageException {
  private final int index;

  /**
   * @param index of the write in the request, from 0, or -1 if the database does not tell
   */
  public WriteRefusedException(int index, String message, String remedy) {
    super(message, remedy);
    this.index = index;
  }

  public int index() {
    return index;
  }
}
