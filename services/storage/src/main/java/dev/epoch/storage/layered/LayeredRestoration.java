package dev.epoch.storage.layered;

import dev.epoch.events.table.RowsLocation;
import dev.epoch.model.row.RowChange;
import dev.epoch.model.row.RowStream;
import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import dev.epoch.storage.branch.BranchTable;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.operation.OperationExecutor.CommittedChanges;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Layers that are written anew from what the log says. */
public final class LayeredRestoration {
  private static final int PAGE = 512;
  private final LayerStore store;

  public LayeredRestoration(LayerStore store) {
    this.store = store;
  }

  /** As {@link dev.epoch.storage.operation.OperationExecutor#restore}. */
  public void restore(
      BranchHandle branch,
      RowsLocation origin,
      BranchTable head,
      Iterator<CommittedChanges> commits) {
    try (LayerSession session = branch.isDefault() ? store.beginOnLive() : store.begin(true)) {
      if (branch.isDefault()) {
        history(session, head.table(), commits);
      } else {
        overlay(session, branch.id(), origin, head.table(), commits);
      }
      session.commit();
    }
  }

  private static void history(
      LayerSession session, TableHandle table, Iterator<CommittedChanges> commits) {
    session.clearHistory(table);
    while (commits.hasNext()) {
      CommittedChanges commit = commits.next();
      pages(commit, page -> session.putHistory(table, commit.position(), page));
    }
    session.relinkHistory(table);
  }

  private static void overlay(
      LayerSession session,
      String branch,
      RowsLocation origin,
      TableHandle table,
      Iterator<CommittedChanges> commits) {
    session.setAside(table, branch, false);
    session.clearOverlay(table, branch);
    RowsLocation at = origin;
    while (commits.hasNext()) {
      CommittedChanges commit = commits.next();
      pages(commit, page -> session.put(table, branch, page));
      LayeredMerge.settle(session, table, branch, at, commit.location());
      at = commit.location();
    }
    session.setAside(table, branch, true);
  }

  private static void pages(CommittedChanges commit, Consumer<List<RowChange>> write) {
    if (commit.alike() != null || !commit.unknown().isEmpty()) {
      throw new StorageException(
          "Values of a column that came back are not in the log: this backend cannot restore them",
          "Register the table anew (epoch table remove, epoch table add)");
    }
    try (RowStream<RowChange> changes = commit.changes()) {
      List<RowChange> page = new ArrayList<>();
      while (changes.hasNext()) {
        page.add(changes.next());
        if (page.size() == PAGE) {
          write.accept(page);
          page = new ArrayList<>();
        }
      }
      if (!page.isEmpty()) {
        write.accept(page);
      }
    }
  }
}
