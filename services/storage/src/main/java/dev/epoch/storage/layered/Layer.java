package dev.epoch.storage.layered;

import java.util.Objects;

/**
 * One place that rows of a table are in. Each layer decides some keys (a row, or that there is
 * none); a state is a list of layers, the first that decides a key wins.
 *
 * <pre>
 *   Working    rows of a branch that are not committed
 *   Overlay    committed rows of a branch, each from the position of one commit until that of another
 *   History    former rows of the live table, each until the position of the commit that replaced it
 *   Live       the users' table
 * </pre>
 */
public sealed interface Layer {
  /**
   * Where what is not committed ends: behind every position. The live table as it is now is {@code
   * History(UNCOMMITTED)} over {@code Live}.
   */
  long UNCOMMITTED = Long.MAX_VALUE;

  /** What is not committed on a branch. */
  record Working(String branch) implements Layer {
    public Working {
      Objects.requireNonNull(branch, "branch");
    }
  }

  /** What a branch had committed at a position. */
  record Overlay(String branch, long position) implements Layer {
    public Overlay {
      Objects.requireNonNull(branch, "branch");
    }
  }

  /** What the live table had at a position, and has not any more. */
  record History(long anchor) implements Layer {}

  /** What the users' table has. */
  record Live() implements Layer {}
}
