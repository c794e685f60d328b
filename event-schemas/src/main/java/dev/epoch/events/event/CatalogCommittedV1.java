package dev.epoch.events.event;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * A commit of a catalog exists and is the head of its branch.
 *
 * @param branchId id of the branch
 * @param verb commit, merge or rebase
 * @param commit id of the commit
 * @param parents ids of the parents
 * @param workingId working commit that it took, or null
 * @param sourceBranchId branch that was merged, or rebased onto; null for a commit
 * @param content SHA-256 of classes and instances as they are in the commit, before compression
 * @param snapshot chunks beside the log that hold them, compressed with gzip
 * @param dataSize bytes of them, compressed
 * @param classes how many classes
 * @param instances how many instances
 * @param message message of the author
 * @param author author of the change
 */
public record CatalogCommittedV1(
    String branchId,
    String verb,
    Digest commit,
    List<Digest> parents,
    String workingId,
    String sourceBranchId,
    Digest content,
    List<Digest> snapshot,
    long dataSize,
    long classes,
    long instances,
    String message,
    String author)
    implements Event.OfCatalog {
  public CatalogCommittedV1 {
    parents = List.copyOf(parents);
    snapshot = List.copyOf(snapshot);
  }
}
