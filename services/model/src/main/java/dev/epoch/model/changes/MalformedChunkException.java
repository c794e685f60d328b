package dev.epoch.model.changes;

import dev.epoch.events.Digest;

/** A chunk is not what its name or its place says. Nothing of it may be used. */
public final class MalformedChunkException extends RuntimeException {
  private final transient Digest chunk;

  public MalformedChunkException(Digest chunk, String problem, Throwable cause) {
    super("chunk " + chunk + " " + problem, cause);
    this.chunk = chunk;
  }

  public MalformedChunkException(Digest chunk, String problem) {
    this(chunk, problem, null);
  }

  public Digest chunk() {
    return chunk;
  }
}
