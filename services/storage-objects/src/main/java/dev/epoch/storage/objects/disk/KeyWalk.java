package dev.epoch.storage.objects.disk;

import dev.epoch.storage.objects.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Keys of the files in a folder, in order; one directory is read at a time. A directory sorts as
 * its name with the slash that stands behind it in keys.
 */
final class KeyWalk implements Iterator<String> {
  private final Path root;
  private final String prefix;
  private final String after;
  private final Deque<Iterator<String>> open = new ArrayDeque<>();
  private String next;

  /**
   * @param after only keys behind this one
   */
  KeyWalk(Path root, String prefix, String after) {
    this.root = root;
    this.prefix = prefix;
    this.after = after;
    int slash = prefix.lastIndexOf('/');
    open.push(entries(slash < 0 ? "" : prefix.substring(0, slash + 1)));
    advance();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public String next() {
    if (next == null) {
      throw new NoSuchElementException();
    }
    String key = next;
    advance();
    return key;
  }

  private void advance() {
    next = null;
    while (next == null && !open.isEmpty()) {
      if (!open.peek().hasNext()) {
        open.pop();
        continue;
      }
      String entry = open.peek().next();
      if (entry.endsWith("/")) {
        open.push(entries(entry));
      } else {
        next = entry;
      }
    }
  }

  /** Files, and directories with a slash behind, that may hold what is looked for. */
  private Iterator<String> entries(String directory) {
    List<String> entries = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(directory))) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        boolean isDirectory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        String entry = directory + name + (isDirectory ? "/" : "");
        if (!DiskObjectStore.isOwn(name) && isWanted(entry, isDirectory)) {
          entries.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException nothing) {
      return entries.iterator();
    } catch (IOException e) {
      throw new UncheckedIOException(DiskObjectStore.failure(directory, e));
    }
    entries.sort(ObjectKey::compare);
    return entries.iterator();
  }

  private boolean isWanted(String entry, boolean isDirectory) {
    if (!isDirectory) {
      return entry.startsWith(prefix) && ObjectKey.compare(entry, after) > 0;
    }
    return (entry.startsWith(prefix) || prefix.startsWith(entry))
        && (after.startsWith(entry) || ObjectKey.compare(entry, after) > 0);
  }
}
