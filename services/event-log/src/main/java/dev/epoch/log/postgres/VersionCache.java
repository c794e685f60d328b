package dev.epoch.log.postgres;

import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.StoredRecord;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a connection knows of the log from its own appends: versions and fences of streams, as of a
 * position of the head and a number of changes of owners. As long as both stand there, which the
 * database checks, nobody else has appended or become an owner, and the next batch can be decided
 * without asking first.
 *
 * <p>It dies with its connection: the database behind the next one may have been restored from a
 * backup. Used by one flush at a time, so it is not synchronised.
 */
final class VersionCache {
  static final int MAX_STREAMS = 4096;

  /** In the order of their last use; the oldest make room. */
  private final Map<String, Long> versions =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_STREAMS;
        }
      };

  /** Of those streams that were owned ever, as many as are asked for. */
  private final Map<String, Long> fences = new HashMap<>();

  private long head;
  private long ownerChanges;

  /**
   * What becomes of appends if nobody else appends before them.
   *
   * @return empty if the database has to be asked: for a version, or because an append would be
   *     refused, which may be one that was stored before
   */
  Optional<AppendBatch> predict(List<AppendRequest> requests) {
    Map<String, Long> named = HashMap.newHashMap(requests.size());
    for (AppendRequest request : requests) {
      Long version = versions.get(request.stream());
      if (version == null) {
        return Optional.empty();
      }
      named.put(request.stream(), version);
    }
    AppendBatch batch = AppendBatch.decide(requests, head, named, fences, Map.of());
    return Optional.of(batch)
        .filter(foreseen ->
            foreseen.outcomes().stream().allMatch(AppendBatch.Outcome.Answered.class::isInstance));
  }

  /**
   * The database has told this much under the lock on the head.
   *
   * @param now position of the head
   * @param changes of owners of streams
   * @param read versions of streams that have records
   * @param owned fences of those of the same streams that were owned ever
   */
  void asked(long now, long changes, Map<String, Long> read, Map<String, Long> owned) {
    if (head != now || ownerChanges != changes) {
      versions.clear();
      fences.clear();
      head = now;
      ownerChanges = changes;
    }
    versions.putAll(read);
    fences.putAll(owned);
    if (fences.size() > MAX_STREAMS) {
      fences.keySet().retainAll(versions.keySet());
    }
  }

  /** Number of changes of owners that it knows of. */
  long ownerChanges() {
    return ownerChanges;
  }

  /** The batch was committed. */
  void stored(AppendBatch batch) {
    for (StoredRecord record : batch.appended()) {
      versions.put(record.stream(), record.version());
    }
    head = batch.head();
  }
}
