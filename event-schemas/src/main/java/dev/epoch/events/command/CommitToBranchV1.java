package dev.epoch.events.command;

import dev.epoch.events.Actor;
import java.util.List;

/**
 * Commit uncommitted changes.
 *
 * @param branch name
 * @param message of the author
 * @param author of the change, null for the actor
 * @param tables names, empty for the staged ones or all
 * @param all every changed table, whatever is staged
 * @param expectedHead head the client knows, or null
 * @param changed fact: names of tables with uncommitted changes
 * @param schema fact: {@link #SCHEMA_CHANGED}, {@link #SCHEMA_ONLY}, or null where the commit takes
 *     rows alone
 */
public record CommitToBranchV1(
    String branch,
    String message,
    Actor author,
    List<String> tables,
    boolean all,
    String expectedHead,
    List<String> changed,
    String schema)
    implements Command {
  /**
   * Objects of the databases' schemas differ from those recorded last: there is a commit to make.
   */
  public static final String SCHEMA_CHANGED = "changed";

  /** No rows are to be committed. */
  public static final String SCHEMA_ONLY = "only";

  /** A commit of rows alone. */
  public CommitToBranchV1(
      String branch,
      String message,
      Actor author,
      List<String> tables,
      boolean all,
      String expectedHead,
      List<String> changed) {
    this(branch, message, author, tables, all, expectedHead, changed, null);
  }

  public CommitToBranchV1 {
    tables = tables == null ? List.of() : List.copyOf(tables);
    changed = changed == null ? List.of() : List.copyOf(changed);
  }
}
