package dev.epoch.storage.objects;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;

/** The objects of a store below a prefix, under keys without it. */
final class PrefixedObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final String prefix;

  /**
   * @param prefix names and a slash
   */
  PrefixedObjectStore(ObjectStore store, String prefix) {
    this.store = store;
    this.prefix = prefix;
  }

  private String inside(String key) {
    return prefix + ObjectKey.require(key);
  }

  private StoredObject outside(StoredObject stored) {
    return new StoredObject(
        stored.key().substring(prefix.length()),
        stored.size(),
        stored.modified(),
        stored.version());
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return store.find(inside(key)).map(this::outside);
  }

  @Override
  public byte[] read(String key, long from, int length) throws IOException {
    return store.read(inside(key), from, length);
  }

  @Override
  public InputStream open(String key) throws IOException {
    return store.open(inside(key));
  }

  @Override
  public Iterator<StoredObject> list(String below, String after) throws IOException {
    Iterator<StoredObject> found =
        store.list(prefix + below, after.isEmpty() ? "" : prefix + after);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return found.hasNext();
      }

      @Override
      public StoredObject next() {
        return outside(found.next());
      }
    };
  }

  @Override
  public StoredObject put(String key, ObjectContent content) throws IOException {
    return outside(store.put(inside(key), content));
  }

  @Override
  public Optional<StoredObject> putIfAbsent(String key, ObjectContent content) throws IOException {
    return store.putIfAbsent(inside(key), content).map(this::outside);
  }

  @Override
  public Optional<StoredObject> putIfMatches(
      String key, ObjectVersion expected, ObjectContent content) throws IOException {
    return store.putIfMatches(inside(key), expected, content).map(this::outside);
  }

  @Override
  public void delete(String key) throws IOException {
    store.delete(inside(key));
  }

  @Override
  public StoredObject copy(String from, String to) throws IOException {
    return outside(store.copy(inside(from), inside(to)));
  }

  @Override
  public void check() throws IOException {
    store.check();
  }

  @Override
  public void close() {
    store.close();
  }
}
