package dev.epoch.storage.branch;

import dev.epoch.model.schema.migration.SchemaSteps;
import dev.epoch.storage.error.HistoryPrunedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The branches that a database knows, by their ids. It learns of them for the clients that connect
 * to the database itself, and to hold their rows.
 */
public interface BranchDirectory {
  /**
   * Tells the database of a branch, or of its new name or tables, so that {@code
   * epoch.use_branch(name)} works. Constant time per table; nothing is copied. Repeating it changes
   * nothing.
   *
   * <p>Branches are known by their ids. Another branch that has the name here loses it if it was
   * told of at the handle's version or before, and keeps it, for the time being, if it was told of
   * at a later one.
   *
   * @param tables by table id: where the rows of the branch's head are
   * @return id of that other branch, if there is one
   */
  Optional<String> putBranch(BranchHandle branch, Map<String, BranchTable> tables);

  /**
   * Makes views, functions and the like that a new branch begins with, and that are not live.
   * Repeating it changes nothing; what cannot be made is left out.
   *
   * @param tableId of a table of the branch whose owner gets them
   * @param steps from the live schemas to those that the branch begins with, read if nobody made
   *     them before
   */
  default void beginBranch(
      BranchHandle branch, String tableId, Supplier<List<SchemaSteps>> steps) {}

  /** Ids of the branches of a repository that the database knows and was not told to forget. */
  Set<String> branches(String repository);

  /**
   * Forgets the branch's name and its views; its rows stay while commits refer to them. Repeating
   * it changes nothing.
   */
  void dropBranch(BranchHandle branch);

  /**
   * Drops the rows of branches of the repository that are forgotten and not in {@code kept}.
   * Repeating it changes nothing.
   *
   * @param kept ids of branches whose rows commits still refer to
   * @param dryRun whether only to tell
   * @return ids of the branches whose rows are gone, or would be
   */
  List<String> reclaim(String repository, Set<String> kept, boolean dryRun);

  /**
   * The names that branches had last, by id. Forgotten ones are left out where another branch has
   * the name since, and where nothing is left of them.
   */
  default Map<String, String> names(String repository) {
    return Map.of();
  }

  /**
   * Drops what removals kept of tables of the repository that are not in {@code kept}; reading a
   * state of them is a {@link HistoryPrunedException} then. Repeating it changes nothing.
   *
   * @param kept ids of tables that commits still refer to
   * @param dryRun whether only to tell
   * @return ids of the tables of which nothing is kept any more, or would be
   */
  List<String> reclaimTables(String repository, Set<String> kept, boolean dryRun);
}
