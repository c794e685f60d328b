package dev.epoch.storage.postgres;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchCopy;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchRead;
import dev.epoch.storage.branch.Materialization;
import dev.epoch.storage.postgres.branch.BranchCopies;
import dev.epoch.storage.postgres.branch.BranchOpenings;
import dev.epoch.storage.postgres.catalog.SchemaUpgrade;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Tables of branches in one place: open ones, and copies of those that cannot be open. */
record PhysicalCopies(SchemaUpgrade upgrade, BranchCopies copies, BranchOpenings openings)
    implements Materialization {
  @Override
  public List<BranchCopy> materialize(
      BranchHandle branch, Collection<TableHandle> tables, Duration patience) {
    return openings.materialize(branch, tables, patience);
  }

  @Override
  public Optional<BranchCopy> autoMaterialize(
      BranchHandle branch, TableHandle table, long mostBytes, Duration patience) {
    return openings.autoMaterialize(branch, table, mostBytes, patience);
  }

  @Override
  public List<BranchRead> reads() {
    upgrade.settle();
    return copies.reads();
  }

  @Override
  public void dropIdle(Duration idle) {
    upgrade.settle();
    copies.dropIdle(idle);
  }

  @Override
  public void dematerialize(BranchHandle branch, Collection<TableHandle> tables) {
    openings.dematerialize(branch, tables);
  }

  @Override
  public List<BranchCopy> copies(BranchHandle branch) {
    upgrade.settle();
    return openings.materialized(branch);
  }
}
