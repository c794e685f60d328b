package dev.epoch.events;

/**
 * When live changes of the default branch are committed by themselves.
 *
 * @param policy {@code off}, {@code interval} or {@code changes}
 * @param every minutes for {@code interval}, rows for {@code changes}, 0 for {@code off}
 */
public record LiveCommits(String policy, long every) {
  public static final LiveCommits OFF = new LiveCommits("off", 0);

  /** Whether it says how many, where it has to, and only there. */
  public boolean saysHowMany() {
    return policy.equals("off") == (every == 0);
  }
}
