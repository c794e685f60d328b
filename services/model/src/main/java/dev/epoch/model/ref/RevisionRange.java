package dev.epoch.model.ref;

import java.util.Objects;

/**
 * Two revisions: {@code from..to} means what {@code to} has and {@code from} has not, {@code
 * from...to} what one of them has and the other has not. An omitted side is HEAD.
 *
 * @param from left of the dots
 * @param to right of the dots
 * @param symmetric whether there were three dots
 */
public record RevisionRange(Revision from, Revision to, boolean symmetric) {
  public RevisionRange {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
  }

  /** Whether the text is meant as a range: no single revision contains two dots. */
  public static boolean isRange(String text) {
    return text != null && text.contains("..");
  }

  /**
   * Parses {@code a..b} or {@code a...b}.
   *
   * @throws InvalidNameException if it is none
   */
  public static RevisionRange parse(String text) {
    if (!isRange(text)) {
      throw RevisionParser.invalid(text, "a range is written a..b or a...b");
    }
    int dots = text.indexOf("..");
    boolean symmetric = text.startsWith("...", dots);
    return new RevisionRange(
        side(text.substring(0, dots)), side(text.substring(dots + (symmetric ? 3 : 2))), symmetric);
  }

  private static Revision side(String text) {
    return text.isEmpty() ? new Revision.Head() : Revision.parse(text);
  }

  @Override
  public String toString() {
    return from + (symmetric ? "..." : "..") + to;
  }
}
