package dev.epoch.storage.objects;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;

/**
 * Objects under keys, in one bucket, container or folder.
 *
 * <p>A key is a relative path of names separated by {@code /}, such as {@code
 * events/_delta_log/00000000000000000000.json}; it never begins or ends with a slash, and has no
 * empty name, {@code .} or {@code ..}. An object becomes visible whole or not at all, also if the
 * process ends while it is written, and is readable as soon as the call that wrote it has returned.
 *
 * <p>Methods wait for the store: call them on a virtual thread. They throw {@link
 * ObjectStoreException}, which says what went wrong; other {@link IOException}s come only from the
 * content that a caller hands over. Implementations are safe for use by several threads.
 */
public interface ObjectStore extends AutoCloseable {

  /** What there is under a key; empty if nothing. */
  Optional<StoredObject> find(String key) throws IOException;

  /**
   * Bytes of an object.
   *
   * @param from the first byte, from 0
   * @param length how many, at least 0; fewer come where the object ends before
   */
  byte[] read(String key, long from, int length) throws IOException;

  /** A whole object as a stream, which the caller closes. */
  InputStream open(String key) throws IOException;

  /**
   * Objects whose keys begin with a prefix, in the order of the keys' UTF-8 bytes. It is read in
   * pages while it is walked: an error of a later page is an {@link java.io.UncheckedIOException}.
   *
   * @param after only keys behind this one; empty for all
   */
  Iterator<StoredObject> list(String prefix, String after) throws IOException;

  /** Writes an object, in place of a former one. */
  StoredObject put(String key, ObjectContent content) throws IOException;

  /**
   * Writes an object if there is none under the key; of several that race, one wins. For keys whose
   * objects nobody replaces: where an answer is lost, another object under the key is taken for the
   * winner.
   *
   * @return empty if there is one, which stays as it is
   */
  Optional<StoredObject> putIfAbsent(String key, ObjectContent content) throws IOException;

  /**
   * Writes an object in place of one version of it. Where an answer is lost, and the object is
   * another one now, nobody can tell whether that one replaced this: {@link
   * ObjectStoreException.Kind#IN_DOUBT}.
   *
   * @return empty if the object is another one now, or gone
   */
  Optional<StoredObject> putIfMatches(String key, ObjectVersion expected, ObjectContent content)
      throws IOException;

  /** Removes an object, where there is one. */
  void delete(String key) throws IOException;

  /**
   * Copies an object inside the store, in place of a former one: through this process, where a
   * store does not do it by itself.
   */
  default StoredObject copy(String from, String to) throws IOException {
    StoredObject source =
        find(from)
            .orElseThrow(() ->
                new ObjectStoreException(
                    ObjectStoreException.Kind.NO_OBJECT, "There is no object " + from, null));
    return put(
        to,
        new ObjectContent() {
          @Override
          public long size() {
            return source.size();
          }

          @Override
          public InputStream open() throws IOException {
            return ObjectStore.this.open(from);
          }
        });
  }

  /** Reaches the bucket and looks whether it may be read and listed. Changes nothing. */
  void check() throws IOException;

  @Override
  void close();
}
