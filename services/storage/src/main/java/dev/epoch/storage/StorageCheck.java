package dev.epoch.storage;

import java.util.List;

/**
 * What {@link StorageAdapter#check()} found.
 *
 * @param product and version of the database
 * @param problems that keep Epoch from working, each with its remedy; empty if all is well
 * @param notes what some clients will miss, each with its remedy; Epoch works without it
 */
public record StorageCheck(String product, List<Problem> problems, List<Problem> notes) {

  public StorageCheck(String product, List<Problem> problems) {
    this(product, problems, List.of());
  }

  /** What is wrong, and what the operator can do. */
  public record Problem(String problem, String remedy) {}
}
