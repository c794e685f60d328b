package dev.epoch.storage;

import java.util.List;

/**
 * What {@link StorageAdapter#check()} found.
 *
 * @param product and version of the database
 * @param problems that keep Epoch from working, each with its remedy; empty if all is well
 */
public record StorageCheck(String product, List<Problem> problems) {
  /** What is wrong, and what the operator can do. */
  public record Problem(String problem, String remedy) {}
}
