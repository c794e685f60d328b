package dev.epoch.storage.delta.file;

import dev.epoch.storage.objects.ObjectStore;
import io.delta.kernel.defaults.engine.fileio.SeekableInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Objects;

/** Reads an object at any place; a megabyte around it is kept. */
final class ObjectInputStream extends SeekableInputStream {
  private static final int WINDOW = 1024 * 1024;

  private final ObjectStore store;
  private final String key;
  private final long size;
  private long place;
  private long start;
  private byte[] window = new byte[0];

  ObjectInputStream(ObjectStore store, String key, long size) {
    this.store = store;
    this.key = key;
    this.size = size;
  }

  @Override
  public long getPos() {
    return place;
  }

  @Override
  public void seek(long position) throws IOException {
    if (position < 0 || position > size) {
      throw new EOFException("%s has %d bytes, and no place %d".formatted(key, size, position));
    }
    place = position;
  }

  private boolean isKept() {
    return place >= start && place < start + window.length;
  }

  private byte[] fetch(int length) throws IOException {
    byte[] bytes = store.read(key, place, (int) Math.min(length, size - place));
    if (bytes.length == 0) {
      throw new EOFException("%s was to have %d bytes, and ends before".formatted(key, size));
    }
    return bytes;
  }

  private void keep() throws IOException {
    if (!isKept()) {
      window = fetch(WINDOW);
      start = place;
    }
  }

  @Override
  public int read() throws IOException {
    if (place >= size) {
      return -1;
    }
    keep();
    return window[(int) (place++ - start)] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    Objects.checkFromIndexSize(from, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (place >= size) {
      return -1;
    }
    if (length > WINDOW && !isKept()) {
      byte[] bytes = fetch(length);
      System.arraycopy(bytes, 0, into, from, bytes.length);
      place += bytes.length;
      return bytes.length;
    }
    keep();
    int at = (int) (place - start);
    int count = Math.min(length, window.length - at);
    System.arraycopy(window, at, into, from, count);
    place += count;
    return count;
  }

  @Override
  public void readFully(byte[] into, int from, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int count = read(into, from + done, length - done);
      if (count < 0) {
        throw new EOFException("%s has no %d bytes at %d".formatted(key, length, place));
      }
      done += count;
    }
  }
}
