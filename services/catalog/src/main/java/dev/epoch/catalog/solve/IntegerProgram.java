package dev.epoch.catalog.solve;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Whole numbers within bounds, linear constraints on them, and a linear function to make as large
 * as possible. Variables are named by their place.
 */
public final class IntegerProgram {
  /**
   * A variable.
   *
   * @param name for people
   */
  public record Variable(String name, long lower, long upper) {}

  /** A variable, so many times. */
  public record Term(int variable, long coefficient) {}

  /**
   * Terms whose sum lies between two numbers.
   *
   * @param terms of the sum
   * @param lower bound; -Long.MAX_VALUE or less for none
   * @param upper bound; Long.MAX_VALUE for none
   * @param reason what asks for it, in the words of the catalog; null for what always holds
   */
  public record Constraint(List<Term> terms, long lower, long upper, String reason) {
    public Constraint {
      terms = List.copyOf(terms);
    }
  }

  private final List<Variable> variables = new ArrayList<>();
  private final List<Constraint> constraints = new ArrayList<>();
  private List<Term> objective = List.of();

  public int variable(String name, long lower, long upper) {
    variables.add(new Variable(name, lower, upper));
    return variables.size() - 1;
  }

  public void constrain(List<Term> terms, long lower, long upper, String reason) {
    constraints.add(new Constraint(terms, lower, upper, reason));
  }

  public void maximize(List<Term> terms) {
    objective = List.copyOf(terms);
  }

  public List<Variable> variables() {
    return Collections.unmodifiableList(variables);
  }

  public List<Constraint> constraints() {
    return Collections.unmodifiableList(constraints);
  }

  public List<Term> objective() {
    return objective;
  }
}
