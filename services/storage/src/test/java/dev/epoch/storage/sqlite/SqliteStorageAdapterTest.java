package dev.epoch.storage.sqlite;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What every backend does, on a file that an application opens beside. */
class SqliteStorageAdapterTest extends AbstractStorageAdapterTests {
  @Override
  protected StorageBackend open() {
    try {
      Path folder = Files.createTempDirectory("epoch-sqlite");
      return new SqliteBackend(folder.resolve("people.db"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected int histories() {
    return 12;
  }
}
