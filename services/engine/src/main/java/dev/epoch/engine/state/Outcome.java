package dev.epoch.engine.state;

import dev.epoch.events.Rejection;
import java.util.Map;

/** How a command ended: what a retry with the same idempotency key is answered. */
public sealed interface Outcome {
  /**
   * It was done.
   *
   * @param facts ids that the answer is made from: commit, branch, merge, ...
   */
  record Done(Map<String, String> facts) implements Outcome {
    public Done {
      facts = Map.copyOf(facts);
    }
  }

  /** It was refused. */
  record Refused(Rejection rejection) implements Outcome {}
}
