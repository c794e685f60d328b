package dev.epoch.model.commit;

import dev.epoch.events.Actor;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a log shows of a commit.
 *
 * @param id of the commit
 * @param parents the first is the head it was made on
 * @param author of the change
 * @param message of the author
 * @param time of the commit
 * @param generation 0 without parents, else one more than the greatest of the parents
 * @param tablesChanged names of the tables that differ from the first parent, sorted
 */
public record CommitMetadata(
    CommitId id,
    List<CommitId> parents,
    Actor author,
    String message,
    Instant time,
    int generation,
    List<String> tablesChanged) {
  public CommitMetadata {
    Objects.requireNonNull(id, "id");
    parents = List.copyOf(parents);
    Objects.requireNonNull(author, "author");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(time, "time");
    tablesChanged = List.copyOf(tablesChanged);
  }

  public boolean isMerge() {
    return parents.size() > 1;
  }
}
