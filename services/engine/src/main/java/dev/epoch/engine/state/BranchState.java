package dev.epoch.engine.state;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.events.table.TableEntry;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.pcollections.PMap;
import org.pcollections.PSet;

/**
 * A branch.
 *
 * @param id never used again
 * @param name now
 * @param head id of its commit
 * @param createdAt when
 * @param locations by table id: where this branch keeps rows, if not where the head says
 * @param staged names of tables chosen for the next commit
 * @param operation in flight, or null
 * @param merge open merge, or null
 * @param replay commits that are being replayed, or null
 * @param traits what it is from its creation on
 */
public record BranchState(
    String id,
    String name,
    String head,
    Instant createdAt,
    PMap<String, RowsLocation> locations,
    PSet<String> staged,
    UUID operation,
    MergeState merge,
    Replay replay,
    BranchTraits traits) {

  public BranchState {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(head, "head");
    Objects.requireNonNull(traits, "traits");
  }

  /** Where this branch keeps the committed rows of a table of its head. */
  public RowsLocation location(TableEntry entry) {
    return locations.getOrDefault(entry.tableId(), entry.location());
  }

  BranchState withName(String newName) {
    return new BranchState(
        id, newName, head, createdAt, locations, staged, operation, merge, replay, traits);
  }

  BranchState withHead(String newHead, PMap<String, RowsLocation> newLocations) {
    return new BranchState(
        id, name, newHead, createdAt, newLocations, staged, operation, merge, replay, traits);
  }

  BranchState withStaged(PSet<String> newStaged) {
    return new BranchState(
        id, name, head, createdAt, locations, newStaged, operation, merge, replay, traits);
  }

  BranchState withOperation(UUID newOperation) {
    return new BranchState(
        id, name, head, createdAt, locations, staged, newOperation, merge, replay, traits);
  }

  BranchState withMerge(MergeState newMerge) {
    return new BranchState(
        id, name, head, createdAt, locations, staged, operation, newMerge, replay, traits);
  }

  BranchState withReplay(Replay newReplay) {
    return new BranchState(
        id, name, head, createdAt, locations, staged, operation, merge, newReplay, traits);
  }
}
