package dev.epoch.promoter;

import java.util.List;

/**
 * What is to be done about an environment.
 *
 * @param outcome what
 * @param facts that it was decided by; null where nothing is promoted to it
 * @param reasons why it is held, or what became of it; empty where there is nothing to say
 */
public record Decision(
    Environment environment, Outcome outcome, Facts facts, List<String> reasons) {
  /** What is to be done, or was. */
  public enum Outcome {
    /** Nothing. */
    UP_TO_DATE,
    /** The commit may be promoted now. */
    READY,
    /** It may not, for reasons. */
    HELD,
    /** It was promoted. */
    PROMOTED,
    /** The server refused the promotion. */
    REFUSED
  }

  public Decision {
    reasons = List.copyOf(reasons);
  }

  /** Whether a pipeline has to stop here. */
  public boolean holds() {
    return outcome == Outcome.HELD || outcome == Outcome.REFUSED;
  }

  Decision became(Outcome now, String reason) {
    return new Decision(environment, now, facts, List.of(reason));
  }
}
