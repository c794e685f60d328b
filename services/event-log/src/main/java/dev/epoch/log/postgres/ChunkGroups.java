package dev.epoch.log.postgres;

import dev.epoch.events.Digest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Stores chunks of many callers, those together that come while others are being stored: they share
 * a transaction and its flush. Who comes first does not wait. May be used by several threads.
 */
final class ChunkGroups {
  private static final int MOST_CALLERS = 256;
  private static final long MOST_BYTES = 4L << 20;

  private final Function<SortedMap<Digest, Compression>, Uni<Void>> store;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private boolean storing;

  private record Waiting(SortedMap<Digest, Compression> chunks, UniEmitter<? super Void> emitter) {}

  /**
   * @param store makes chunks durable, all or none
   */
  ChunkGroups(Function<SortedMap<Digest, Compression>, Uni<Void>> store) {
    this.store = store;
  }

  /** Completes when the chunks are durable; fails as the group does with which they were stored. */
  Uni<Void> store(SortedMap<Digest, Compression> chunks) {
    return Uni.createFrom()
        .emitter(emitter -> {
          synchronized (waiting) {
            waiting.addLast(new Waiting(chunks, emitter));
            if (storing) {
              return;
            }
            storing = true;
          }
          next();
        });
  }

  private void next() {
    List<Waiting> group = group();
    if (group.isEmpty()) {
      return;
    }
    SortedMap<Digest, Compression> chunks = new TreeMap<>();
    group.forEach(one -> chunks.putAll(one.chunks()));
    Uni.createFrom()
        .deferred(() -> store.apply(chunks))
        .subscribe()
        .with(
            _ -> {
              next();
              group.forEach(one -> one.emitter().complete(null));
            },
            failure -> {
              next();
              group.forEach(one -> one.emitter().fail(failure));
            });
  }

  private List<Waiting> group() {
    List<Waiting> group = new ArrayList<>();
    long bytes = 0;
    synchronized (waiting) {
      while (!waiting.isEmpty() && group.size() < MOST_CALLERS && bytes < MOST_BYTES) {
        Waiting one = waiting.removeFirst();
        group.add(one);
        bytes += one.chunks().values().stream().mapToLong(chunk -> chunk.bytes().length).sum();
      }
      storing = !group.isEmpty();
    }
    return group;
  }
}
