package dev.epoch.storage.mysql;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageBackend;

/** What every backend does, on a real MariaDB. */
class MariaDbStorageAdapterTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    return new MysqlBackend();
  }

  @Override
  protected int histories() {
    return 8;
  }
}
