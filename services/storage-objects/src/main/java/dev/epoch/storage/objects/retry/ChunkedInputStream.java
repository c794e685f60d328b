package dev.epoch.storage.objects.retry;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * An object that is read chunk by chunk, so that a chunk whose connection breaks is asked for again
 * and memory is bounded.
 */
public final class ChunkedInputStream extends InputStream {
  /** Bytes of a chunk. */
  public static final int CHUNK = 8 * 1024 * 1024;

  private final Chunks chunks;
  private Chunk chunk;
  private long place;
  private int used;
  private boolean closed;

  /**
   * Bytes of an object.
   *
   * @param size of the whole object
   * @param version which must stay the same
   */
  public record Chunk(byte[] bytes, long size, String version) {}

  /** Reads chunks. */
  public interface Chunks {

    /**
     * @param from the first byte, which is there unless it is 0
     * @param version that the object must have; null for the first chunk
     */
    Chunk read(long from, String version) throws IOException;
  }

  /** Reads the first chunk. */
  public ChunkedInputStream(Chunks chunks) throws IOException {
    this.chunks = Objects.requireNonNull(chunks, "chunks");
    this.chunk = chunks.read(0, null);
  }

  /** Whether there is another byte; reads the chunk with it. */
  private boolean fill() throws IOException {
    if (closed) {
      throw new IOException("The stream is closed");
    }
    if (used < chunk.bytes().length) {
      return true;
    }
    place += used;
    used = 0;
    if (place >= chunk.size()) {
      chunk = new Chunk(new byte[0], chunk.size(), chunk.version());
      return false;
    }
    chunk = chunks.read(place, chunk.version());
    return chunk.bytes().length > 0;
  }

  @Override
  public int read() throws IOException {
    return fill() ? chunk.bytes()[used++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, chunk.bytes().length - used);
    System.arraycopy(chunk.bytes(), used, into, from, count);
    used += count;
    return count;
  }

  @Override
  public int available() {
    return closed ? 0 : chunk.bytes().length - used;
  }

  @Override
  public void close() {
    closed = true;
    chunk = new Chunk(new byte[0], 0, null);
    used = 0;
  }
}
