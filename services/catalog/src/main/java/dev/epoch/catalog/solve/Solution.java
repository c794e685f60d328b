package dev.epoch.catalog.solve;

import java.util.List;

/**
 * What came of a program.
 *
 * @param status how it ended
 * @param values of the variables, in their order; empty if none were found
 * @param objective of these values
 * @param bound that no values exceed; the objective itself where they are optimal
 * @param clashing constraints by their place, of which not all can hold; empty if it is solvable
 */
public record Solution(
    Status status, List<Long> values, long objective, long bound, List<Integer> clashing) {
  /** How a search ends. */
  public enum Status {
    OPTIMAL,
    /** Time was over: there may be something better. */
    FEASIBLE,
    INFEASIBLE,
    /** Time was over, and nothing was found. */
    UNKNOWN
  }

  public Solution {
    values = List.copyOf(values);
    clashing = List.copyOf(clashing);
  }

  boolean hasValues() {
    return status == Status.OPTIMAL || status == Status.FEASIBLE;
  }
}
