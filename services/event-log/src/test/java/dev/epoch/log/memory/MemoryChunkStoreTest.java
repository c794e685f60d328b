package dev.epoch.log.memory;

import dev.epoch.events.Digest;
import dev.epoch.log.ChunkStore;
import dev.epoch.log.testing.AbstractChunkStoreTests;

class MemoryChunkStoreTest extends AbstractChunkStoreTests {
  private MemoryChunkStore store;

  @Override
  protected ChunkStore createStore() {
    store = new MemoryChunkStore();
    return store;
  }

  @Override
  protected void corrupt(Digest digest) {
    store.corrupt(digest);
  }
}
