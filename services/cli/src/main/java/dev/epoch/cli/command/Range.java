package dev.epoch.cli.command;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Two refs written as one word.
 *
 * @param sinceFork whether it was {@code a...b}: from where the two parted
 */
public record Range(String base, String target, boolean sinceFork) {

  /**
   * {@code a..b} or {@code a...b}; a side that is left out is HEAD.
   *
   * @param typed may be null
   * @param resolve makes refs of what was typed
   */
  public static Optional<Range> parse(String typed, UnaryOperator<String> resolve) {
    int dots = typed == null ? -1 : typed.indexOf("..");
    if (dots < 0) {
      return Optional.empty();
    }
    boolean three = typed.startsWith("...", dots);
    String left = typed.substring(0, dots);
    String right = typed.substring(dots + (three ? 3 : 2));
    return Optional.of(
        new Range(
            resolve.apply(left.isEmpty() ? "HEAD" : left),
            resolve.apply(right.isEmpty() ? "HEAD" : right),
            three));
  }

  /** As the server reads it. */
  public String text() {
    return base + (sinceFork ? "..." : "..") + target;
  }
}
