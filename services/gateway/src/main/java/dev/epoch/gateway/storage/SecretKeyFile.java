package dev.epoch.gateway.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The file of a set of keys: for its owner's eyes only, replaced as a whole. */
final class SecretKeyFile {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;

  SecretKeyFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  Path path() {
    return file;
  }

  /**
   * The keys, empty if there is no file.
   *
   * @throws UncheckedIOException if it cannot be read
   * @throws IllegalStateException if it holds no keys
   */
  Optional<SecretKeys> read() {
    try {
      return Files.exists(file)
          ? Optional.of(SecretKeys.parse(Files.readString(file)))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("The key set file " + file + " cannot be read", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "The key set file "
              + file
              + " holds no keys; put back a copy of it: without it stored secrets cannot be read",
          e);
    }
  }

  /**
   * Changes the keys, one process after the other.
   *
   * @param change gets null if there is no file
   * @return what the file holds then
   */
  SecretKeys change(UnaryOperator<SecretKeys> change) {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var held = channel.lock()) {
        SecretKeys changed = change.apply(read().orElse(null));
        write(changed);
        return changed;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The key set file " + file + " cannot be written", e);
    }
  }

  private void write(SecretKeys keys) throws IOException {
    Path fresh =
        Files.createTempFile(file.getParent(), "." + file.getFileName(), ".new", ownersOnly());
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer text = ByteBuffer.wrap(keys.text().getBytes(StandardCharsets.UTF_8));
        while (text.hasRemaining()) {
          out.write(text);
        }
        out.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private FileAttribute<?>[] ownersOnly() {
    return posix()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER)}
        : new FileAttribute<?>[0];
  }

  /** Who else may read or write it, as {@code rw-r--r--}; empty if nobody. */
  Optional<String> openTo() {
    try {
      if (!posix() || !Files.exists(file)) {
        return Optional.empty();
      }
      Set<PosixFilePermission> given = Files.getPosixFilePermissions(file);
      Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
      others.addAll(given);
      others.removeIf(permission -> permission.name().startsWith("OWNER_"));
      return others.isEmpty()
          ? Optional.empty()
          : Optional.of(PosixFilePermissions.toString(given));
    } catch (IOException e) {
      throw new UncheckedIOException("The key set file " + file + " cannot be looked at", e);
    }
  }

  private boolean posix() {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
