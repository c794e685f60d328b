package dev.epoch.storage.objects.retry;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;

/** Content that is read in parts, and has exactly the bytes that it says. */
public final class ContentParts implements AutoCloseable {
  private final String key;
  private final long size;
  private final InputStream bytes;
  private long rest;

  public ContentParts(String key, ObjectContent content) throws IOException {
    this.key = key;
    this.size = content.size();
    this.bytes = content.open();
    this.rest = size;
  }

  /** All bytes of content that fits into memory. */
  public static byte[] whole(String key, ObjectContent content) throws IOException {
    try (ContentParts parts = new ContentParts(key, content)) {
      return parts.next(Math.toIntExact(content.size()));
    }
  }

  /** Whether there is another part. */
  public boolean hasNext() {
    return rest > 0;
  }

  /**
   * The next part.
   *
   * @param length how many bytes, fewer where the content ends
   * @throws ObjectStoreException if there are fewer bytes, or more, than the content says
   */
  public byte[] next(int length) throws IOException {
    byte[] part = bytes.readNBytes((int) Math.min(length, rest));
    rest -= part.length;
    boolean ended = part.length < Math.min(length, rest + part.length);
    if (ended || (rest == 0 && bytes.read() >= 0)) {
      throw new ObjectStoreException(
          Kind.INVALID,
          "%s was to have %d bytes, and has %s".formatted(key, size, ended ? size - rest : "more"),
          null);
    }
    return part;
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
