package dev.epoch.storage.reference;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageBackend;

class ReferenceAdapterTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    return new ReferenceBackend();
  }

  @Override
  protected int histories() {
    return 60;
  }
}
