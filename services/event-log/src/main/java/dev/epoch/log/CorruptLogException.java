package dev.epoch.log;

/**
 * What is stored is not what was appended: a record was changed, or one is missing. Nothing was
 * repaired. Reading again does not help; the log has to be restored from a backup.
 */
public final class CorruptLogException extends IllegalStateException {
  public CorruptLogException(String what) {
    super(what + ". Nothing was repaired; restore the log from a backup");
  }
}
