package dev.epoch.storage.postgres.connection;

import dev.epoch.storage.error.StorageException;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files of the server that clients of the API name in a storage's configuration: certificates and
 * keys. Regular files only, of 1 to {@value #MOST_BYTES} bytes: a device or a pipe may never end,
 * nor do some files of {@code /proc}, which say that they are empty.
 *
 * @param directory below which they have to be, also where symbolic links lead to
 * @param anywhere whether they may be anywhere; without it and a directory there are none
 */
public record CertificateFiles(Optional<Path> directory, boolean anywhere) {
  static final int MOST_BYTES = 1 << 20;

  private static final int LONGEST_SHOWN = 200;

  /** Files that may be anywhere. */
  public static final CertificateFiles ANYWHERE = new CertificateFiles(Optional.empty(), true);

  /** Files below a directory, or anywhere if there is none. */
  public CertificateFiles(Optional<Path> directory) {
    this(directory, directory.isEmpty());
  }

  /**
   * The content. Fails with {@link StorageException}, whose message is the same whether a file is
   * missing, not allowed or of no use: nobody finds out which files the server has.
   *
   * @param setting that names the file
   * @param file absolute, or relative to the directory
   */
  Buffer read(String setting, String file) {
    try {
      Path path = resolved(file);
      long size = Files.isRegularFile(path) ? Files.size(path) : 0;
      if (size > 0 && size <= MOST_BYTES) {
        try (InputStream content = Files.newInputStream(path)) {
          return Buffer.buffer(content.readNBytes((int) size));
        }
      }
    } catch (IOException | InvalidPathException | SecurityException e) {
      throw unreadable(setting, file, e);
    }
    throw unreadable(setting, file, null);
  }

  private Path resolved(String file) throws IOException {
    if (anywhere) {
      return Path.of(file);
    }
    if (directory.isEmpty()) {
      throw new IOException("no files are allowed");
    }
    Path root = directory.get().toRealPath();
    Path path = root.resolve(file).toRealPath();
    if (!path.startsWith(root)) {
      throw new IOException("outside of " + root);
    }
    return path;
  }

  private StorageException unreadable(String setting, String file, Exception cause) {
    return new StorageException(
        "The file of "
            + setting
            + " cannot be read: "
            + file.substring(0, Math.min(LONGEST_SHOWN, file.length())),
        "It has to be a file of at most 1 MiB that the server may read"
            + (anywhere ? "" : ", below the directory of EPOCH_CERTIFICATES_DIR"),
        cause);
  }
}
