package dev.epoch.storage.layered;

import dev.epoch.storage.TableHandle;
import dev.epoch.storage.branch.BranchHandle;
import java.time.Duration;
import java.util.Collection;

/** Where the layers of a database's tables are. */
public interface LayerStore {
  /**
   * A transaction of its own: one moment of the database for all that it reads.
   *
   * @param writes whether it may write; one that only reads is never in the way of another
   */
  LayerSession begin(boolean writes);

  /** So long operations that meet locks of applications are tried again; each try waits itself. */
  default Duration patience() {
    return Duration.ZERO;
  }

  /** A transaction that writes, in which no application writes the live tables. */
  default LayerSession beginOnLive() {
    return begin(true);
  }

  /**
   * A transaction that writes on a branch; on the default one as {@link #beginOnLive} says.
   *
   * @param tables that it is about
   * @param needed whether it fails where a place that clients have of the branch cannot be reached;
   *     else that is made good for later
   */
  default LayerSession begin(BranchHandle branch, Collection<TableHandle> tables, boolean needed) {
    return branch.isDefault() ? beginOnLive() : begin(true);
  }
}
