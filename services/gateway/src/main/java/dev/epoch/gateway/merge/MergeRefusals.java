package dev.epoch.gateway.merge;

import dev.epoch.events.Rejection.Code;
import dev.epoch.gateway.stream.RefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Why merges do not go on, as the API reports it. */
public final class MergeRefusals {
  private MergeRefusals() {}

  /**
   * @param byTable number of conflicts by table name
   * @param details to report, too
   */
  public static RefusedException conflicts(Map<String, Long> byTable, Map<String, Object> details) {
    Map<String, Object> all = new HashMap<>(details);
    all.put("conflict_tables", byTable.keySet().stream().sorted().toList());
    all.put("conflict_count", byTable.values().stream().mapToLong(Long::longValue).sum());
    return new RefusedException(
        Code.MERGE_CONFLICT, "Merge conflict in " + byTable.size() + " table(s)", all);
  }

  /** Of a commit that is replayed, and whose changes the branch has. */
  static RefusedException nothingLeft(String branch) {
    return new RefusedException(
        Code.NOTHING_TO_COMMIT,
        "Nothing to commit: branch '" + branch + "' has these changes already",
        Map.of("branch", branch));
  }

  /** Of a merge that would take away what live tables have, and was not allowed to. */
  static RefusedException destructive(List<String> operations) {
    return new RefusedException(
        Code.SCHEMA_CHANGED,
        "Live tables would lose something by it: " + String.join("; ", operations),
        Map.of("operations", operations, "remedy", "--allow-destructive does it nevertheless"));
  }

  /** Labels that are wanted again and again: somebody takes the types away meanwhile. */
  static RefusedException labels(Map<String, List<String>> statements) {
    List<String> all = statements.values().stream().flatMap(List::stream).toList();
    return new RefusedException(
        Code.SCHEMA_CHANGED,
        "Types of live tables lack labels that the merge brings: " + String.join("; ", all),
        Map.of("statements", all, "remedy", "Run them on the live database, and merge again"));
  }

  /** Of an open merge: nothing is committed or put away on the branch before it ends. */
  static RefusedException uncommittedSince(String branch, List<String> tables) {
    return uncommitted(
        branch,
        tables,
        "Undo them; or epoch merge --abort, commit or stash them, and merge again: what was decided"
            + " is offered as learnt");
  }

  /** Of a merge that would write tables with uncommitted changes. */
  static RefusedException uncommitted(String branch, List<String> tables) {
    return uncommitted(branch, tables, "Commit or stash them before");
  }

  private static RefusedException uncommitted(String branch, List<String> tables, String remedy) {
    return new RefusedException(
        Code.UNCOMMITTED_CHANGES,
        "Branch '" + branch + "' has uncommitted changes in " + String.join(", ", tables),
        Map.of("branch", branch, "tables", tables, "remedy", remedy));
  }
}
