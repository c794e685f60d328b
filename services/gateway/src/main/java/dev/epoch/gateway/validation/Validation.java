package dev.epoch.gateway.validation;

import dev.epoch.engine.state.CommitState;
import dev.epoch.events.Digest;
import java.util.List;

/**
 * What reading a commit anew has shown.
 *
 * @param commit that was read
 * @param computedId the id that its parents, tables, author, message and time give
 * @param tables those that were asked for, by name
 */
public record Validation(CommitState commit, String computedId, List<Table> tables) {

  public Validation {
    tables = List.copyOf(tables);
  }

  /** What became of a table. */
  public enum Outcome {
    /** Rows and schema are those of the commit. */
    VALID,
    /** Rows or schema are not those of the commit. */
    DIFFERENT,
    /** Nothing can be said: its rows were cleaned up. */
    PRUNED
  }

  /**
   * A table of the commit.
   *
   * @param expected what the commit holds
   * @param found what was read, null if it was cleaned up
   * @param problem what is wrong, null if nothing is
   */
  public record Table(
      String name, Outcome outcome, Content expected, Content found, String problem) {}

  /**
   * What hashes are made of.
   *
   * @param rows their number
   * @param content hash of the rows
   * @param schema hash of the schema
   */
  public record Content(long rows, Digest content, Digest schema) {}

  /** Whether the commit has the id that it should have. */
  public boolean idHolds() {
    return computedId.equals(commit.id());
  }

  /** Whether everything was read, and is as the commit says. */
  public boolean valid() {
    return idHolds() && tables.stream().allMatch(table -> table.outcome() == Outcome.VALID);
  }
}
