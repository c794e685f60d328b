package dev.epoch.log;

import dev.epoch.events.Digest;

/** The stored bytes do not have the digest they are named by. Nothing was repaired. */
public final class CorruptChunkException extends RuntimeException {
  public CorruptChunkException(Digest digest) {
    super(
        "The stored bytes do not have the digest they are named by. Nothing was repaired. ("
            + digest
            + ")");
  }
}
