package dev.epoch.events.command;

import dev.epoch.events.Digest;
import java.util.List;

/**
 * Make a commit of a catalog the head of a branch.
 *
 * @param branchId id of the branch
 * @param verb commit, merge or rebase
 * @param head head that it was made on, or null if there was no commit
 * @param workingId working commit that it takes, or null
 * @param chunksTaken how many chunks of changes the working commit had
 * @param sourceBranchId branch that was merged, or rebased onto; null for a commit
 * @param sourceHead its head, or null
 * @param content SHA-256 of classes and instances as they are in the commit, before compression
 * @param snapshot chunks beside the log that hold them, compressed with gzip
 * @param dataSize bytes of them, compressed
 * @param classes how many classes
 * @param instances how many instances
 * @param message message of the author
 * @param author author of the change
 */
public record CommitCatalogV1(
    String branchId,
    String verb,
    Digest head,
    String workingId,
    long chunksTaken,
    String sourceBranchId,
    Digest sourceHead,
    Digest content,
    List<Digest> snapshot,
    long dataSize,
    long classes,
    long instances,
    String message,
    String author)
    implements Command {
  public CommitCatalogV1 {
    snapshot = List.copyOf(snapshot);
  }
}
