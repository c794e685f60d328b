package dev.epoch.storage.reference;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.testing.OneTable;

/** The suite for backends whose transactions reach one table. */
class OneTableAdapterTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    return new ReferenceBackend(OneTable::of);
  }
}
