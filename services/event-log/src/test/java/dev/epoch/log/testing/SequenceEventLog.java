package dev.epoch.log.testing;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.LogHead;
import dev.epoch.log.LogPages;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The classic fault: positions come from a sequence, and a transaction that took a lower one may
 * commit later than one that took a higher one. A reader that has seen the higher one never looks
 * back.
 */
final class SequenceEventLog implements EventLog {
  private final AtomicLong sequence = new AtomicLong();
  private final Map<String, Long> versions = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, StoredRecord> committed = new ConcurrentSkipListMap<>();
  private final LogHead head = new LogHead();

  @Override
  public Membership join(Member member, Duration lease) {
    throw new UnsupportedOperationException("streams have no owners here");
  }

  @Override
  public Uni<AppendResult> append(
      String stream, long fence, long expectedVersion, List<Envelope> records) {
    return Uni.createFrom()
        .item(() -> transaction(AppendRequest.of(stream, expectedVersion, records)))
        .onItem()
        .delayIt()
        .by(Duration.ofMillis(1 + ThreadLocalRandom.current().nextInt(5)))
        .invoke(this::commit)
        .map(List::getLast)
        .map(last -> new AppendResult(last.position(), last.version()));
  }

  private List<StoredRecord> transaction(AppendRequest request) {
    long before = request.expectedVersion();
    long after = before + request.records().size();
    long now = versions.merge(request.stream(), after, (old, next) -> old == before ? next : old);
    if (now != after) {
      throw new ExpectedVersionException(request.stream(), before, now);
    }
    List<StoredRecord> records = new ArrayList<>();
    for (Envelope record : request.records()) {
      records.add(
          new StoredRecord(
              sequence.incrementAndGet(), request.stream(), before + records.size() + 1, record));
    }
    return records;
  }

  private void commit(List<StoredRecord> records) {
    records.forEach(record -> committed.put(record.position(), record));
    head.advanceTo(records.getLast().position());
  }

  @Override
  public Multi<StoredRecord> read(String stream, long afterVersion) {
    return Multi.createFrom()
        .items(() -> committed.values().stream())
        .filter(record -> stream.equals(ALL) || record.stream().equals(stream))
        .filter(
            record -> (stream.equals(ALL) ? record.position() : record.version()) > afterVersion);
  }

  @Override
  public Multi<StoredRecord> tail(long afterPosition) {
    return LogPages.tail(
        afterPosition,
        head,
        after -> Uni.createFrom().item(() -> List.copyOf(committed.tailMap(after, false).values())),
        failure -> false);
  }
}
