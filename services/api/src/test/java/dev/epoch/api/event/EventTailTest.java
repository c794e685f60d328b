package dev.epoch.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Actor;
import dev.epoch.events.Envelope;
import dev.epoch.events.RecordKind;
import dev.epoch.log.AppendResult;
import dev.epoch.log.CorruptLogException;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import dev.epoch.log.memory.MemoryEventLog;
import dev.epoch.log.testing.Seed;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.operators.multi.processors.UnicastProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever way a reader comes by its events: all that it wants, once, in order. */
@Timeout(60)
class EventTailTest {
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final List<String> STREAMS = List.of("repo:a", "repo:b");
  private static final List<String> TYPES =
      List.of("commit-created", "branch-moved", "tag-created");
  private static final Actor ACTOR = new Actor("ada", "Ada", "ada@example.org");

  private final EventLog log = new MemoryEventLog();
  private final Map<String, Long> versions = new HashMap<>();

  @Test
  void everyReaderSeesExactlyTheEventsBehindItsPosition() {
    Random random = Seed.random("everyReaderSeesExactlyTheEventsBehindItsPosition");
    for (int round = 0; round < 20; round++) {
      // given a tail that soon forgets
      EventTail tail = new EventTail(log, this::end, 1 + random.nextInt(12));
      List<EventProbe> probes = new ArrayList<>();
      long end = end();

      // when readers come, take a few, stop taking, leave and come again while records are appended
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(6)) {
          case 0 -> probes.add(join(tail, random, random.nextLong(end + 3)));
          case 1, 2 -> {
            if (!probes.isEmpty()) {
              probes.get(random.nextInt(probes.size())).request(1 + random.nextInt(20));
            }
          }
          case 3 -> {
            if (!probes.isEmpty() && random.nextInt(4) == 0) {
              probes.get(random.nextInt(probes.size())).leave();
            }
          }
          default -> {
            for (int i = random.nextInt(6); i >= 0; i--) {
              end = append(random);
            }
          }
        }
      }

      // then
      List<StoredRecord> all = all();
      for (EventProbe probe : probes) {
        List<Long> expected = probe.wantedOf(all);
        if (probe.gone()) {
          List<Long> seen = probe.positions();
          assertThat(seen).as(probe.toString()).isEqualTo(expected.subList(0, seen.size()));
        } else {
          probe.request(Long.MAX_VALUE);
          assertThat(probe.awaitCount(expected.size(), WAIT))
              .as(probe.toString())
              .isEqualTo(expected);
        }
      }
      probes.forEach(EventProbe::leave);
    }
  }

  @Test
  void whoComesBackWithTheLastPositionMissesNothing() throws InterruptedException {
    // given somebody who appends all the time
    Random random = Seed.random("whoComesBackWithTheLastPositionMissesNothing");
    EventTail tail = new EventTail(log, this::end, 16);
    int appends = 3_000;
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              Random choices = new Random(random.nextLong());
              for (int i = 0; i < appends; i++) {
                append(choices);
              }
            });
    EventFilter filter = new EventFilter(Set.of("tag-created"), List.of(), List.of(), null);
    List<Long> seen = new ArrayList<>();

    // when a reader leaves after a few events, again and again
    EventProbe probe = null;
    while (writer.isAlive()) {
      long last = seen.isEmpty() ? 0 : seen.getLast();
      probe = new EventProbe("repo:a", filter, last);
      tail.events(source("repo:a"), last, filter).subscribe().withSubscriber(probe);
      probe.request(1 + random.nextInt(30));
      probe.awaitFirstOr(writer);
      probe.leave();
      seen.addAll(probe.positions());
    }
    writer.join();

    // then
    long last = seen.isEmpty() ? 0 : seen.getLast();
    EventProbe rest = new EventProbe("repo:a", filter, last);
    tail.events(source("repo:a"), last, filter).subscribe().withSubscriber(rest);
    rest.request(Long.MAX_VALUE);
    List<Long> expected = new EventProbe("repo:a", filter, 0).wantedOf(all());
    seen.addAll(rest.awaitCount(expected.size() - seen.size(), WAIT));
    rest.leave();
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void anEventIsRenderedOnceForAll() {
    // given
    EventTail tail = new EventTail(log, this::end, 16);
    EventFilter all = new EventFilter(Set.of(), List.of(), List.of(), null);
    List<EventProbe> probes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      EventProbe probe = new EventProbe("repo:a", all, 0);
      tail.events(source("repo:a"), 0, all).subscribe().withSubscriber(probe);
      probe.request(Long.MAX_VALUE);
      probes.add(probe);
    }

    // when
    append("repo:a", RecordKind.EVENT, "tag-created", "{\"name\":\"v1\"}");

    // then
    probes.forEach(probe -> probe.awaitCount(1, WAIT));
    String text = probes.getFirst().events().getFirst().text();
    assertThat(text).contains("\"name\":\"v1\"");
    assertThat(probes)
        .allSatisfy(probe -> assertThat(probe.events().getFirst().text()).isSameAs(text));
    probes.forEach(EventProbe::leave);
  }

  @Test
  void aTailThatFailsEndsThoseWhoWait() {
    // given
    UnicastProcessor<StoredRecord> records = UnicastProcessor.create();
    EventTail tail = new EventTail(new TailOnly(records), () -> 0, 16);
    EventFilter all = new EventFilter(Set.of(), List.of(), List.of(), null);
    EventProbe probe = new EventProbe("repo:a", all, 0);
    tail.events(source("repo:a"), 0, all).subscribe().withSubscriber(probe);
    probe.request(Long.MAX_VALUE);
    append("repo:a", RecordKind.EVENT, "tag-created", "{}");
    records.onNext(all().getFirst());
    probe.awaitCount(1, WAIT);

    // when
    records.onError(new CorruptLogException("a hole"));

    // then
    assertThat(probe.awaitFailure(WAIT)).isInstanceOf(CorruptLogException.class);
  }

  /** A log whose tail ends when the test wants it. */
  private record TailOnly(Multi<StoredRecord> records) implements EventLog {
    @Override
    public Multi<StoredRecord> tail(long afterPosition) {
      return records;
    }

    @Override
    public Uni<AppendResult> append(
        String stream, long fence, long expectedVersion, List<Envelope> appended) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Membership join(Member member, Duration lease) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Multi<StoredRecord> read(String stream, long afterVersion) {
      throw new UnsupportedOperationException();
    }
  }

  private EventProbe join(EventTail tail, Random random, long after) {
    String stream = STREAMS.get(random.nextInt(STREAMS.size()));
    Set<String> types =
        random.nextBoolean() ? Set.of() : Set.of(TYPES.get(random.nextInt(TYPES.size())));
    List<String> branches =
        List.of(List.<String>of(), List.of("branch-1"), List.of("branch-*"), List.of("none"))
            .get(random.nextInt(4));
    EventFilter filter = new EventFilter(types, branches, List.of(), null);
    EventProbe probe = new EventProbe(stream, filter, after);
    tail.events(source(stream), after, filter).subscribe().withSubscriber(probe);
    return probe;
  }

  private static EventReading.Source source(String stream) {
    return new EventReading.Source(
        stream.substring("repo:".length()), stream, () -> EventTailTest::name);
  }

  /** Branches are called after their ids. */
  private static Optional<String> name(String branchId) {
    return branchId.isEmpty() ? Optional.empty() : Optional.of("branch-" + branchId);
  }

  private long append(Random random) {
    return append(
        STREAMS.get(random.nextInt(STREAMS.size())),
        random.nextInt(5) == 0 ? RecordKind.COMMAND : RecordKind.EVENT,
        TYPES.get(random.nextInt(TYPES.size())),
        random.nextInt(4) == 0 ? "{}" : "{\"branch_id\":\"" + random.nextInt(3) + "\"}");
  }

  private long append(String stream, RecordKind kind, String type, String data) {
    Envelope record =
        new Envelope(
            UUID.randomUUID(), kind, type, 1, Instant.EPOCH, ACTOR, UUID.randomUUID(), null, data);
    long version = versions.getOrDefault(stream, 0L);
    versions.put(stream, version + 1);
    return log.append(stream, version, List.of(record)).await().atMost(WAIT).position();
  }

  private List<StoredRecord> all() {
    return log.read(EventLog.ALL, 0).collect().asList().await().atMost(WAIT);
  }

  private final AtomicLong known = new AtomicLong();

  private long end() {
    List<StoredRecord> rest =
        log.read(EventLog.ALL, known.get()).collect().asList().await().atMost(WAIT);
    return known.accumulateAndGet(rest.isEmpty() ? 0 : rest.getLast().position(), Math::max);
  }
}
