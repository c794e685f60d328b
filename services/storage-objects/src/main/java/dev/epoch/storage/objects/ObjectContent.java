package dev.epoch.storage.objects;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that are written to a store; a retry opens them again. */
public interface ObjectContent {

  /** How many bytes there are. */
  long size();

  /** The bytes from the beginning; the caller closes it. */
  InputStream open() throws IOException;

  /** Bytes in memory. */
  static ObjectContent of(byte[] bytes) {
    return new ObjectContent() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }

  /** A file that does not change meanwhile. */
  static ObjectContent of(Path file) throws IOException {
    long size = Files.size(file);
    return new ObjectContent() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public InputStream open() throws IOException {
        return Files.newInputStream(file);
      }
    };
  }
}
