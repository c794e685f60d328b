package dev.epoch.promoter;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What is known about a possible promotion.
 *
 * @param sourceCommit head of the source, null before its first commit
 * @param targetCommit head of the branch, null before its first commit
 * @param ahead commits that the branch lacks
 * @param changes what they change
 * @param hazards of the schema changes among them
 * @param drift tables that the branch changed without a promotion
 * @param arrived when the source's head became it; null if it is another by now, or nobody asked
 * @param approvedBy names of actors who approved the commit, by a status or a review
 * @param rejectedBy names of actors who rejected it
 * @param conflicts tables in conflict
 * @param failures what the checks found: names and reasons
 * @param last the last decision about the commit, or null
 * @param refusals how often the server refused this promotion
 */
public record Facts(
    String sourceCommit,
    String targetCommit,
    long ahead,
    Changes changes,
    Hazards hazards,
    List<String> drift,
    Instant arrived,
    Set<String> approvedBy,
    Set<String> rejectedBy,
    List<String> conflicts,
    List<String> failures,
    Said last,
    int refusals) {

  static Facts upToDate(String source, String target, Said last) {
    return new Facts(
        source,
        target,
        0,
        Changes.NONE,
        Hazards.NONE,
        List.of(),
        null,
        Set.of(),
        Set.of(),
        List.of(),
        List.of(),
        last,
        0);
  }

  /**
   * Rows that differ.
   *
   * @param schema tables that come, go or change their shape
   */
  public record Changes(
      List<String> tables, long inserted, long updated, long deleted, List<String> schema) {
    public static final Changes NONE = new Changes(List.of(), 0, 0, 0, List.of());

    /** For people. */
    @Override
    public String toString() {
      return "%d inserted, %d updated, %d deleted in %s"
          .formatted(
              inserted,
              updated,
              deleted,
              tables.isEmpty() ? "no table" : String.join(", ", tables));
    }
  }

  /** A status that a decision left. */
  public record Said(String state, String description, Instant time) {}
}
