package dev.epoch.api.commit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers that were made before, those used last; together at most {@link #MOST} bytes. May be used
 * by several threads.
 */
final class KeptBytes<K> {
  /** Bytes. */
  private static final long MOST = 16L << 20;

  private final Map<K, byte[]> entries = new LinkedHashMap<>(64, 0.75f, true);
  private long size;

  /** What was kept; null if it is not there. */
  synchronized byte[] get(K key) {
    return entries.get(key);
  }

  synchronized void put(K key, byte[] bytes) {
    byte[] former = entries.put(key, bytes);
    size += bytes.length - (former == null ? 0 : former.length);
    var oldest = entries.entrySet().iterator();
    while (size > MOST && oldest.hasNext()) {
      size -= oldest.next().getValue().length;
      oldest.remove();
    }
  }
}
