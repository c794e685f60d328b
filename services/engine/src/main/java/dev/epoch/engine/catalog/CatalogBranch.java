package dev.epoch.engine.catalog;

import dev.epoch.events.Digest;
import java.time.Instant;

/**
 * A branch of a catalog.
 *
 * @param id of the branch
 * @param name for people; also found by it
 * @param description for people, or null
 * @param parentId id of the branch that it began at, null for the first
 * @param head its newest commit, null before the first one
 * @param status {@code active}, {@code merged} or {@code archived}
 * @param message what happened to it last
 * @param author who did that
 * @param createdAt when it was made
 */
public record CatalogBranch(
    String id,
    String name,
    String description,
    String parentId,
    Digest head,
    String status,
    String message,
    String author,
    Instant createdAt) {
  public static final String ACTIVE = "active";
  public static final String MERGED = "merged";
  public static final String ARCHIVED = "archived";

  CatalogBranch at(Digest newHead, String newMessage, String newAuthor) {
    return new CatalogBranch(
        id, name, description, parentId, newHead, status, newMessage, newAuthor, createdAt);
  }

  CatalogBranch called(String newName, String newDescription, String newStatus) {
    return new CatalogBranch(
        id, newName, newDescription, parentId, head, newStatus, message, author, createdAt);
  }
}
