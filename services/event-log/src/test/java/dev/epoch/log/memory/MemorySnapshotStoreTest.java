package dev.epoch.log.memory;

import dev.epoch.log.SnapshotStore;
import dev.epoch.log.testing.AbstractSnapshotStoreTests;

class MemorySnapshotStoreTest extends AbstractSnapshotStoreTests {
  @Override
  protected SnapshotStore createStore() {
    return new MemorySnapshotStore();
  }
}
