package dev.epoch.api.request;

import java.util.HashMap;
import java.util.Map;

/**
 * Places for what is done at a time, shared by those that want them: one may have at most {@value
 * #OF_FREE} times as many as are free. Alone it gets three quarters; of two that want all, each
 * three sevenths; and whoever comes anew finds one free.
 *
 * <p>Known as dynamic thresholds: A. K. Choudhury, E. L. Hahne, "Dynamic queue length thresholds
 * for shared-memory packet switches", IEEE/ACM Transactions on Networking 6 (1998).
 */
final class Shares {
  private static final int OF_FREE = 3;

  private final int most;
  private final Map<String, Integer> taken = new HashMap<>();
  private int free;

  Shares(int most) {
    this.most = most;
    this.free = most;
  }

  int most() {
    return most;
  }

  /** Why there is no place, or that there is one now. */
  enum Answer {
    TAKEN,
    FULL,
    SHARE_USED_UP
  }

  /** Takes a place, to be given back with {@link #giveBack}. */
  synchronized Answer take(String who) {
    if (free == 0) {
      return Answer.FULL;
    }
    int own = taken.getOrDefault(who, 0);
    if (own >= (long) OF_FREE * free) {
      return Answer.SHARE_USED_UP;
    }
    taken.put(who, own + 1);
    free--;
    return Answer.TAKEN;
  }

  synchronized void giveBack(String who) {
    taken.computeIfPresent(who, (_, own) -> own == 1 ? null : own - 1);
    free++;
  }
}
