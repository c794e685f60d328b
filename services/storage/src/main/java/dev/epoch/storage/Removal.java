package dev.epoch.storage;

/**
 * How a table is removed.
 *
 * @param force also with work that is not committed, which is lost
 * @param keep what commits read of it stays readable, apart from the table
 */
public record Removal(boolean force, boolean keep) {
  /** Nothing stays, and nothing is asked. */
  public static final Removal OF_EVERYTHING = new Removal(true, false);
}
