package dev.epoch.log;

import dev.epoch.events.Digest;

/**
 * No chunk of this name is stored: it was pruned, or the store is not the one the log belongs to.
 */
public final class ChunkNotFoundException extends RuntimeException {
  public ChunkNotFoundException(Digest digest) {
    super(
        "No chunk of this name is stored: it was pruned, or the store is not the one the log belongs to. ("
            + digest
            + ")");
  }
}
