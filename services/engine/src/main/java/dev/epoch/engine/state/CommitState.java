package dev.epoch.engine.state;

import dev.epoch.events.Actor;
import dev.epoch.events.table.TableEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.pcollections.PMap;

/**
 * A commit and the tables it holds.
 *
 * @param id SHA-256
 * @param parents ids, the first is the head it was made on
 * @param author of the change
 * @param committer who asked for the commit
 * @param message of the author
 * @param time of the commit
 * @param generation 0 for the root, else one more than the greatest of the parents
 * @param position of the record that made it
 * @param changed entries changed against the first parent
 * @param removed names in the first parent and not here
 * @param tree all tables by name; shares structure with the first parent's
 */
public record CommitState(
    String id,
    List<String> parents,
    Actor author,
    Actor committer,
    String message,
    Instant time,
    int generation,
    long position,
    List<TableEntry> changed,
    List<String> removed,
    PMap<String, TableEntry> tree) {

  public CommitState {
    parents = List.copyOf(parents);
    changed = List.copyOf(changed);
    removed = List.copyOf(removed);
  }

  /** What it has of a table, under whatever name. */
  public Optional<TableEntry> entryOf(String tableId) {
    return tree.values().stream().filter(entry -> entry.tableId().equals(tableId)).findFirst();
  }

  /** The empty commit under every history; logs do not show it. */
  public boolean root() {
    return parents.isEmpty();
  }
}
