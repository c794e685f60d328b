package dev.epoch.storage.delta.file;

import dev.epoch.storage.objects.ObjectContent;
import dev.epoch.storage.objects.ObjectKey;
import dev.epoch.storage.objects.ObjectStore;
import dev.epoch.storage.objects.StoredObject;
import io.delta.kernel.defaults.engine.fileio.FileIO;
import io.delta.kernel.defaults.engine.fileio.InputFile;
import io.delta.kernel.defaults.engine.fileio.OutputFile;
import io.delta.kernel.utils.CloseableIterator;
import io.delta.kernel.utils.FileStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;

/**
 * Kernel's files are objects of one store: the path {@code epoch:/events/_delta_log/0.json} is the
 * key {@code events/_delta_log/0.json}. Directories are not there, and need not be made.
 */
public final class ObjectFileIO implements FileIO {
  /** What paths begin with. */
  public static final String ROOT = "epoch:/";

  /** Behind all keys with a prefix. */
  private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

  private final ObjectStore store;

  public ObjectFileIO(ObjectStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /** The path of a key. */
  public static String path(String key) {
    return ROOT + key;
  }

  /**
   * The key of a path.
   *
   * @throws ForeignFileException if the path leads out of the store
   */
  static String key(String path) {
    if (!path.startsWith(ROOT)) {
      throw new ForeignFileException(path);
    }
    String key = path.substring(ROOT.length());
    while (key.startsWith("/")) {
      key = key.substring(1);
    }
    try {
      return ObjectKey.require(key);
    } catch (IllegalArgumentException e) {
      throw new ForeignFileException(path);
    }
  }

  private static FileStatus status(StoredObject found) {
    return FileStatus.of(path(found.key()), found.size(), found.modified().toEpochMilli());
  }

  /** Files of the path's directory from the path on, in the order of their names. */
  @Override
  public CloseableIterator<FileStatus> listFrom(String path) throws IOException {
    String first = key(path);
    String directory = first.substring(0, first.lastIndexOf('/') + 1);
    Files files = new Files(directory, first);
    if (!files.hasNext() && !store.list(directory, "").hasNext()) {
      throw new FileNotFoundException("There is no directory " + directory);
    }
    return files;
  }

  /** Skips what lies in directories below without listing it. */
  private final class Files implements CloseableIterator<FileStatus> {
    private final String directory;
    private final String first;
    private Iterator<StoredObject> found;
    private StoredObject next;

    Files(String directory, String first) throws IOException {
      this.directory = directory;
      this.first = first;
      // a list begins behind a key, and this one begins with it
      String before = first.substring(0, first.length() - 1);
      this.found = store.list(directory, before.equals(directory) ? "" : before);
      this.next = advance();
    }

    private StoredObject advance() throws IOException {
      while (found.hasNext()) {
        StoredObject each = found.next();
        int slash = each.key().indexOf('/', directory.length());
        if (slash >= 0) {
          found = store.list(directory, each.key().substring(0, slash + 1) + LAST);
        } else if (ObjectKey.compare(each.key(), first) >= 0) {
          return each;
        }
      }
      return null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public FileStatus next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      FileStatus status = status(next);
      try {
        next = advance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return status;
    }

    @Override
    public void close() {
      // nothing of it is open
    }
  }

  private StoredObject required(String path) throws IOException {
    String key = key(path);
    return store.find(key).orElseThrow(() -> new FileNotFoundException("There is no file " + key));
  }

  @Override
  public FileStatus getFileStatus(String path) throws IOException {
    return status(required(path));
  }

  @Override
  public String resolvePath(String path) {
    return path;
  }

  @Override
  public boolean mkdirs(String path) {
    return true;
  }

  @Override
  public InputFile newInputFile(String path, long size) {
    String key = key(path);
    return new InputFile() {
      @Override
      public long length() throws IOException {
        return size > 0 ? size : required(path).size();
      }

      @Override
      public String path() {
        return path;
      }

      @Override
      public ObjectInputStream newStream() throws IOException {
        return new ObjectInputStream(store, key, length());
      }
    };
  }

  @Override
  public OutputFile newOutputFile(String path) {
    String key = key(path);
    return new OutputFile() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public ObjectOutputStream create(boolean putIfAbsent) throws IOException {
        return new ObjectOutputStream(store, key, putIfAbsent);
      }

      @Override
      public void writeAtomically(CloseableIterator<String> lines, boolean overwrite)
          throws IOException {
        List<String> all = new ArrayList<>();
        try (lines) {
          lines.forEachRemaining(all::add);
        }
        byte[] bytes = (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8);
        write(key, ObjectContent.of(bytes), overwrite);
      }
    };
  }

  private void write(String key, ObjectContent content, boolean overwrite) throws IOException {
    if (overwrite) {
      store.put(key, content);
    } else if (store.putIfAbsent(key, content).isEmpty()) {
      throw new FileAlreadyExistsException(key);
    }
  }

  @Override
  public boolean delete(String path) throws IOException {
    String key = key(path);
    boolean there = store.find(key).isPresent();
    store.delete(key);
    return there;
  }

  /** No setting of Kernel's is changed. */
  @Override
  public Optional<String> getConf(String name) {
    return Optional.empty();
  }

  @Override
  public void copyFileAtomically(String from, String to, boolean overwrite) throws IOException {
    if (overwrite) {
      store.copy(key(from), key(to));
      return;
    }
    StoredObject source = required(from);
    write(
        key(to),
        new ObjectContent() {
          @Override
          public long size() {
            return source.size();
          }

          @Override
          public InputStream open() throws IOException {
            return store.open(source.key());
          }
        },
        false);
  }
}
