package dev.epoch.gateway.merge;

import dev.epoch.model.merge.RuleDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What rules settled in a merge, as it was planned.
 *
 * @param first decisions, by table and key, at most {@link #SHOWN}
 * @param total number of all
 */
public record Ruled(List<RuleDecision> first, long total) {
  /** Decisions that are kept one by one. */
  public static final int SHOWN = 1_000;

  public static final Ruled NONE = new Ruled(List.of(), 0);

  public Ruled {
    first = List.copyOf(first);
  }

  /** Collects them. */
  static final class Tally implements Consumer<RuleDecision> {
    private final List<RuleDecision> first = new ArrayList<>();
    private long total;

    @Override
    public void accept(RuleDecision decision) {
      total++;
      if (first.size() < SHOWN) {
        first.add(decision);
      }
    }

    Ruled ruled() {
      return new Ruled(first, total);
    }
  }
}
