package dev.epoch.catalog.solve;

import java.time.Duration;

/** Solves integer programs: the same program within the same limit gives the same values. */
@FunctionalInterface
public interface IntegerSolver {
  /**
   * @param limit after which the best that was found is the answer
   */
  Solution solve(IntegerProgram program, Duration limit);
}
