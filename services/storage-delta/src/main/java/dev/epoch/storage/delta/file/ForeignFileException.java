package dev.epoch.storage.delta.file;

/** A table names a file that is not in its store. */
public final class ForeignFileException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ForeignFileException(String path) {
    super(path);
  }

  /** The file, as the table names it. */
  public String path() {
    return getMessage();
  }
}
