package dev.epoch.storage.objects.disk;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.ObjectVersion;
import dev.epoch.storage.objects.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Objects that are files of a folder, which other programs read and write, too.
 *
 * <p>A file is written under a hidden name, forced to the disk, and then moved or linked to its own
 * name, which is forced as well; so it is whole or not there. That nothing is under a name is
 * decided by the link; that a version is still there, under a lock of the folder which every writer
 * of this class takes.
 */
public final class DiskObjectStore implements ObjectStore {
  private static final String OWN = ".epoch-";
  private static final String LOCK = OWN + "lock";

  /** Locks of files are of a process; these are of its threads. */
  private static final ConcurrentHashMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final Path root;
  private final ReentrantLock threads;

  /**
   * @param folder that is there
   */
  public DiskObjectStore(Path folder) throws IOException {
    try {
      this.root = folder.toRealPath();
    } catch (NoSuchFileException none) {
      throw new ObjectStoreException(
          Kind.NO_STORE, "There is no folder " + folder + "; make it, or correct the path", none);
    }
    this.threads = THREADS.computeIfAbsent(root, _ -> new ReentrantLock());
  }

  /** Whether a name is one of this class's own, which is no object. */
  static boolean isOwn(String name) {
    return name.startsWith(OWN);
  }

  static ObjectStoreException failure(String key, IOException cause) {
    return switch (cause) {
      case ObjectStoreException known -> known;
      case NoSuchFileException _ ->
          new ObjectStoreException(Kind.NO_OBJECT, "There is no object " + key, cause);
      case AccessDeniedException _ ->
          new ObjectStoreException(
              Kind.DENIED,
              "The server's user may not read or write " + key + "; give it the right",
              cause);
      default ->
          new ObjectStoreException(
              Kind.UNAVAILABLE,
              "The disk refused %s: %s; see whether it is well and has room"
                  .formatted(key, cause.getMessage()),
              cause);
    };
  }

  /** The file of a key; a link that leads out of the folder is refused. */
  private Path file(String key) throws ObjectStoreException {
    Path file = root;
    for (String name : ObjectKey.require(key).split("/")) {
      if (isOwn(name)) {
        throw new IllegalArgumentException("Names that begin with " + OWN + " are Epoch's: " + key);
      }
      file = file.resolve(name);
      if (Files.isSymbolicLink(file)) {
        throw new ObjectStoreException(
            Kind.DENIED, "A symbolic link is no object, nor does it lead to one: " + key, null);
      }
    }
    return file;
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    Path file = file(key);
    try {
      return Optional.of(stored(key, file));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  private static StoredObject stored(String key, Path file) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isRegularFile()) {
      throw new NoSuchFileException(key);
    }
    return new StoredObject(
        key,
        found.size(),
        found.lastModifiedTime().toInstant(),
        new ObjectVersion(
            "%s-%d-%d"
                .formatted(
                    found.fileKey(),
                    found.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    found.size())));
  }

  @Override
  public byte[] read(String key, long from, int length) throws IOException {
    Path file = file(key);
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      channel.position(from);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until there is no more
      }
      return Arrays.copyOf(bytes.array(), bytes.position());
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public InputStream open(String key) throws IOException {
    Path file = file(key);
    try {
      stored(key, file);
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public Iterator<StoredObject> list(String prefix, String after) {
    KeyWalk keys = new KeyWalk(root, prefix, after);
    return new Iterator<>() {
      private StoredObject next = advance();

      /** Files that went meanwhile are left out. */
      private StoredObject advance() {
        while (keys.hasNext()) {
          String key = keys.next();
          try {
            Optional<StoredObject> found = find(key);
            if (found.isPresent()) {
              return found.get();
            }
          } catch (ObjectStoreException link) {
            if (link.kind() != Kind.DENIED) {
              throw new java.io.UncheckedIOException(link);
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
        return null;
      }

      @Override
      public boolean hasNext() {
        return next != null;
      }

      @Override
      public StoredObject next() {
        if (next == null) {
          throw new java.util.NoSuchElementException();
        }
        StoredObject found = next;
        next = advance();
        return found;
      }
    };
  }

  // ---- writing

  private interface Placing<T> {
    T place(Path written, Path file) throws IOException;
  }

  /** Writes the content beside its place, whole and forced, and puts it there. */
  private <T> T written(String key, ObjectContent content, Placing<T> placing) throws IOException {
    Path file = file(key);
    Path temporary = null;
    try {
      Files.createDirectories(file.getParent());
      temporary = file.resolveSibling(OWN + UUID.randomUUID());
      long size = 0;
      try (FileChannel channel =
              FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          InputStream bytes = content.open()) {
        size = bytes.transferTo(Channels.newOutputStream(channel));
        channel.force(true);
      }
      if (size != content.size()) {
        throw new ObjectStoreException(
            Kind.INVALID,
            "%s was to have %d bytes, and %d came".formatted(key, content.size(), size),
            null);
      }
      T result = placing.place(temporary, file);
      force(file.getParent());
      return result;
    } catch (IOException e) {
      throw failure(key, e);
    } finally {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /** A new name is durable when its directory is. */
  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T locked(Work<T> work) throws IOException {
    threads.lock();
    try (FileChannel channel =
            FileChannel.open(
                root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      return work.run();
    } finally {
      threads.unlock();
    }
  }

  @Override
  public StoredObject put(String key, ObjectContent content) throws IOException {
    return written(key, content, (temporary, file) -> locked(() -> moved(key, temporary, file)));
  }

  private static StoredObject moved(String key, Path temporary, Path file) throws IOException {
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    return stored(key, file);
  }

  @Override
  public Optional<StoredObject> putIfAbsent(String key, ObjectContent content) throws IOException {
    if (find(key).isPresent()) {
      return Optional.empty();
    }
    return written(
        key,
        content,
        (temporary, file) -> {
          try {
            Files.createLink(file, temporary);
          } catch (FileAlreadyExistsException another) {
            return Optional.empty();
          }
          return Optional.of(stored(key, file));
        });
  }

  @Override
  public Optional<StoredObject> putIfMatches(
      String key, ObjectVersion expected, ObjectContent content) throws IOException {
    return written(
        key,
        content,
        (temporary, file) ->
            locked(() ->
                find(key).filter(now -> now.version().equals(expected)).isPresent()
                    ? Optional.of(moved(key, temporary, file))
                    : Optional.empty()));
  }

  @Override
  public void delete(String key) throws IOException {
    Path file = file(key);
    try {
      locked(() -> find(key).isPresent() && Files.deleteIfExists(file));
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public void check() throws IOException {
    if (!Files.isDirectory(root)) {
      throw new ObjectStoreException(
          Kind.NO_STORE, "The folder " + root + " is gone; make it again", null);
    }
    if (!Files.isReadable(root) || !Files.isExecutable(root)) {
      throw new ObjectStoreException(
          Kind.DENIED, "The server's user may not read " + root + "; give it the right", null);
    }
  }

  @Override
  public void close() {}
}
