package dev.epoch.gateway.history;

import java.util.List;
import java.util.Map;

/**
 * A recorded history, and what is there after it.
 *
 * @param initial what names stood for before
 * @param operations of all clients, in any order
 * @param finally_ what names stand for after all operations have been answered
 * @param commits that the repository holds afterwards, by id, without those of before
 */
public record HeadHistory(
    Map<String, Head> initial,
    List<HeadOperation> operations,
    Map<String, Head> finally_,
    Map<String, Commit> commits) {

  /**
   * A commit as the repository has it.
   *
   * @param operation number of the operation that says it made it
   * @param parent first parent
   */
  public record Commit(int operation, String parent) {}
}
