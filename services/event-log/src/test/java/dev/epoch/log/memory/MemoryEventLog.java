package dev.epoch.log.memory;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.LogHead;
import dev.epoch.log.LogPages;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A log that lasts as long as its object; for tests. Answers at once, on the calling thread. */
public final class MemoryEventLog implements EventLog {
  private static final int PAGE_RECORDS = 500;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<StoredRecord> records = new ArrayList<>();
  private final Map<String, List<StoredRecord>> streams = new HashMap<>();
  private final Map<UUID, AppendBatch.Place> places = new HashMap<>();
  private final MemoryOwners owners = new MemoryOwners();
  private final LogHead head = new LogHead();

  @Override
  public Uni<AppendResult> append(
      String stream, long fence, long expectedVersion, List<Envelope> appended) {
    return Uni.createFrom()
        .item(() -> store(AppendRequest.of(stream, fence, expectedVersion, appended)));
  }

  @Override
  public Membership join(Member member, Duration lease) {
    return owners.join(
        member,
        lease,
        new MemoryOwners.Locked() {
          @Override
          public <T> T call(Supplier<T> work) {
            lock.lock();
            try {
              return work.get();
            } finally {
              lock.unlock();
            }
          }
        });
  }

  private AppendResult store(AppendRequest request) {
    AppendBatch batch;
    lock.lock();
    try {
      Map<String, Long> versions = Map.of(request.stream(), (long) stream(request.stream()).size());
      batch =
          AppendBatch.decide(List.of(request), records.size(), versions, owners.fences(), places);
      batch.appended().forEach(this::store);
    } finally {
      lock.unlock();
    }
    head.advanceTo(batch.head());
    return switch (batch.outcomes().getFirst()) {
      case AppendBatch.Outcome.Answered(AppendResult result) -> result;
      case AppendBatch.Outcome.Refused(RuntimeException reason) -> throw reason;
    };
  }

  private void store(StoredRecord record) {
    records.add(record);
    streams.computeIfAbsent(record.stream(), name -> new ArrayList<>()).add(record);
    places.put(
        record.envelope().id(),
        new AppendBatch.Place(record.stream(), record.version(), record.position()));
  }

  @Override
  public Multi<StoredRecord> read(String stream, long afterVersion) {
    Uni<Long> end = Uni.createFrom().item(() -> length(stream));
    return LogPages.upTo(
        end,
        afterVersion,
        after -> page(stream, after),
        record -> stream.equals(ALL) ? record.position() : record.version());
  }

  @Override
  public Multi<StoredRecord> tail(long afterPosition) {
    return LogPages.tail(afterPosition, head, after -> page(ALL, after), failure -> false);
  }

  /** Versions and positions have no gaps, so they are indexes. */
  private Uni<List<StoredRecord>> page(String stream, long after) {
    return Uni.createFrom()
        .item(() -> {
          lock.lock();
          try {
            List<StoredRecord> all = all(stream);
            int from = (int) Math.min(after, all.size());
            return List.copyOf(all.subList(from, Math.min(from + PAGE_RECORDS, all.size())));
          } finally {
            lock.unlock();
          }
        });
  }

  private long length(String stream) {
    lock.lock();
    try {
      return all(stream).size();
    } finally {
      lock.unlock();
    }
  }

  private List<StoredRecord> all(String stream) {
    return stream.equals(ALL) ? records : stream(stream);
  }

  private List<StoredRecord> stream(String name) {
    return streams.getOrDefault(name, List.of());
  }
}
