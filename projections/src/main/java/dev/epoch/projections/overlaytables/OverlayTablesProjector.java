package dev.epoch.projections.overlaytables;

import dev.epoch.events.event.BranchCheckedOutV1;
import dev.epoch.events.event.BranchCreatedV1;
import dev.epoch.events.event.BranchDeletedV1;
import dev.epoch.events.event.BranchExpirySetV1;
import dev.epoch.events.event.BranchMovedV1;
import dev.epoch.events.event.BranchProtectedV1;
import dev.epoch.events.event.BranchRenamedV1;
import dev.epoch.events.event.BranchReviewedV1;
import dev.epoch.events.event.CommandCompletedV1;
import dev.epoch.events.event.CommitCreatedV1;
import dev.epoch.events.event.Event;
import dev.epoch.events.event.StorageAddedV1;
import dev.epoch.events.event.StorageRemovedV1;
import dev.epoch.events.event.StorageUpdatedV1;
import dev.epoch.events.event.TableRegisteredV1;
import dev.epoch.events.event.TableRemovedV1;
import dev.epoch.events.event.TableSyncedV1;
import dev.epoch.projections.EffectProjector;
import dev.epoch.projections.ProjectedEvent;

/**
 * Keeps the users' databases in step with the branches of the log, so that any client can use a
 * branch by its name.
 */
public final class OverlayTablesProjector implements EffectProjector {
  private final BranchDirectory directory;

  public OverlayTablesProjector(BranchDirectory directory) {
    this.directory = directory;
  }

  @Override
  public String name() {
    return "overlay-tables";
  }

  @Override
  public void apply(ProjectedEvent projected) {
    Event event = projected.event();
    switch (event) {
      case BranchCreatedV1 e -> directory.put(projected.repository(), e.branchId());
      case BranchRenamedV1 e -> directory.put(projected.repository(), e.branchId());
      case BranchMovedV1 e -> directory.put(projected.repository(), e.branchId());
      case CommitCreatedV1 e when bringsTables(e) ->
          directory.put(projected.repository(), e.branchId());
      case BranchDeletedV1 e -> directory.drop(projected.repository(), e);
      case TableRegisteredV1 e when e.branchId() != null ->
          directory.put(projected.repository(), e.branchId());
      case TableRegisteredV1 e -> directory.settle(projected.repository(), false);
      case StorageUpdatedV1 e -> directory.settle(projected.repository(), true);
      case Event.OfRepository _,
          StorageAddedV1 _,
          StorageRemovedV1 _,
          TableRemovedV1 _,
          TableSyncedV1 _,
          BranchCheckedOutV1 _,
          BranchExpirySetV1 _,
          BranchProtectedV1 _,
          BranchReviewedV1 _,
          Event.OfTag _,
          Event.OfCatalog _,
          Event.OfCheck _,
          Event.OfRole _,
          Event.OfStaging _,
          Event.OfOperation _,
          Event.OfCommit _,
          Event.OfMerge _,
          Event.OfReplay _,
          CommandCompletedV1 _ -> {}
    }
  }

  /** A merge may bring tables that the branch did not have. */
  private static boolean bringsTables(CommitCreatedV1 commit) {
    return commit.parents().size() > 1;
  }
}
