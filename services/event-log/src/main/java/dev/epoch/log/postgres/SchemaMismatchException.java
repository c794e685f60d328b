package dev.epoch.log.postgres;

/**
 * The metadata database was not set up by this program's scripts or by earlier ones of them.
 * Nothing was changed.
 */
public final class SchemaMismatchException extends RuntimeException {
  public SchemaMismatchException(String message) {
    super(message);
  }
}
