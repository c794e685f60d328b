package dev.epoch.storage.delta;

import dev.epoch.storage.delta.file.ObjectFileIO;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectStore;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Table;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;

/**
 * Delta tables of a store. Calls wait for the store, and throw {@link
 * dev.epoch.storage.error.StorageException}s.
 */
public final class DeltaTables {
  private final Engine engine;

  public DeltaTables(ObjectStore store) {
    this.engine = DefaultEngine.create(new ObjectFileIO(store));
  }

  /**
   * The newest version of a table.
   *
   * @param path of the folder with its {@code _delta_log}, as a key
   */
  public DeltaVersion latest(String path) {
    DeltaErrors errors = new DeltaErrors(path);
    return version(errors, errors.checked(() -> table(path).getLatestSnapshot(engine)));
  }

  /**
   * A version of a table.
   *
   * @throws dev.epoch.storage.error.HistoryPrunedException if there is none any more
   * @throws dev.epoch.storage.error.TableNotFoundException if there is none yet
   */
  public DeltaVersion at(String path, long version) {
    DeltaErrors errors = new DeltaErrors(path);
    return version(
        errors, errors.checked(() -> table(path).getSnapshotAsOfVersion(engine, version)));
  }

  private Table table(String path) {
    return Table.forPath(engine, ObjectFileIO.path(ObjectKey.require(path)));
  }

  private DeltaVersion version(DeltaErrors errors, Snapshot snapshot) {
    return new DeltaVersion(engine, errors, snapshot);
  }
}
