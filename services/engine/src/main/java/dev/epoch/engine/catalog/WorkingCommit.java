package dev.epoch.engine.catalog;

import dev.epoch.events.Digest;
import java.time.Instant;
import java.util.List;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/**
 * Changes of a branch that are not committed yet.
 *
 * @param id of the working commit
 * @param base commit that they are made on, null if there was none
 * @param payload chunks that hold the changes, in order
 * @param count how many classes and instances were changed
 * @param author who began it
 * @param createdAt when it was begun
 * @param updatedAt when it was changed last
 */
public record WorkingCommit(
    String id,
    Digest base,
    PVector<Digest> payload,
    long count,
    String author,
    Instant createdAt,
    Instant updatedAt) {

  static WorkingCommit begun(String id, Digest base, String author, Instant at) {
    return new WorkingCommit(id, base, TreePVector.empty(), 0, author, at, at);
  }

  WorkingCommit with(List<Digest> more, long changed, Instant at) {
    return new WorkingCommit(
        id, base, payload.plusAll(more), count + changed, author, createdAt, at);
  }
}
