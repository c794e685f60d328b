package dev.epoch.engine.catalog;

import dev.epoch.events.Digest;
import java.time.Instant;
import java.util.List;

/**
 * A commit of a catalog, but for what is in it.
 *
 * @param id SHA-256 over all that follows but the chunks
 * @param parents commits before it; the first is the head that its branch had
 * @param content SHA-256 of classes and instances, before compression
 * @param snapshot chunks that hold them, compressed
 * @param dataSize bytes of them, compressed
 * @param classes how many classes
 * @param instances how many instances
 * @param message of the author
 * @param author who made it
 * @param createdAt when
 */
public record CatalogCommit(
    Digest id,
    List<Digest> parents,
    Digest content,
    List<Digest> snapshot,
    long dataSize,
    long classes,
    long instances,
    String message,
    String author,
    Instant createdAt) {
  public CatalogCommit {
    parents = List.copyOf(parents);
    snapshot = List.copyOf(snapshot);
  }
}
