package dev.epoch.storage.location;

import dev.epoch.storage.error.BadLocationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Folders below which storages may name files. A server that only this machine reaches opens what
 * its user may, unless folders are set.
 */
public final class FileRoots {
  private final List<Path> roots;
  private final boolean all;

  private FileRoots(List<Path> roots, boolean all) {
    this.roots = List.copyOf(roots);
    this.all = all;
  }

  /**
   * @param local whether only this machine reaches the server
   * @param roots absolute paths; none for all files of a local server, and for none of another
   */
  public static FileRoots of(boolean local, List<Path> roots) {
    return new FileRoots(roots, local && roots.isEmpty());
  }

  /**
   * @throws BadLocationException if a file lies elsewhere, also by way of a link
   */
  public void check(Path file) {
    if (all) {
      return;
    }
    Path real = real(file);
    if (roots.stream().map(FileRoots::real).noneMatch(real::startsWith)) {
      throw new BadLocationException(
          "The server opens no files in this folder",
          "Name the folder in EPOCH_STORAGE_PATHS, or put the file below one that stands there");
    }
  }

  /** Where a file really is; of one that is not there, where it would be. */
  private static Path real(Path file) {
    try {
      if (Files.exists(file)) {
        return file.toRealPath();
      }
      Path parent = file.toAbsolutePath().normalize().getParent();
      return parent == null || !Files.exists(parent)
          ? file.toAbsolutePath().normalize()
          : parent.toRealPath().resolve(file.getFileName());
    } catch (IOException e) {
      throw new BadLocationException("The path " + file + " cannot be read", null);
    }
  }
}
