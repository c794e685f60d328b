package dev.epoch.storage.delta.file;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectStore;
import io.delta.kernel.defaults.engine.fileio.PositionOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a file of this machine, which becomes an object when it is closed. */
final class ObjectOutputStream extends PositionOutputStream {
  private final ObjectStore store;
  private final String key;
  private final boolean ifAbsent;
  private final Path file;
  private final OutputStream bytes;
  private long place;
  private boolean closed;

  ObjectOutputStream(ObjectStore store, String key, boolean ifAbsent) throws IOException {
    this.store = store;
    this.key = key;
    this.ifAbsent = ifAbsent;
    this.file = Files.createTempFile("epoch-delta", ".part");
    this.bytes = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }

  @Override
  public long getPos() {
    return place;
  }

  @Override
  public void write(int value) throws IOException {
    bytes.write(value);
    place++;
  }

  @Override
  public void write(byte[] from, int start, int length) throws IOException {
    bytes.write(from, start, length);
    place += length;
  }

  @Override
  public void flush() throws IOException {
    bytes.flush();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      bytes.close();
      ObjectContent content = ObjectContent.of(file);
      if (!ifAbsent) {
        store.put(key, content);
      } else if (store.putIfAbsent(key, content).isEmpty()) {
        throw new FileAlreadyExistsException(key);
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
