package dev.epoch.api.event;

import dev.epoch.gateway.VersioningServer;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.log.EventLog;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The end of the log, followed once for all who read the events of any repository.
 *
 * <pre>
 *   log --> recent events of a repository --> readers that wait, found by what they want
 *    |                 |
 *    |                 +--> a reader a little behind: takes pages of them
 *    +--> a reader far behind, or slow: reads for itself up to where the tail is, then joins
 * </pre>
 *
 * Each reader has one position, up to which it was given all that it wants. It gets the events
 * behind it from one source after another and moves the position along, so that nothing is lost or
 * comes twice where it goes from one to the other. It is asked for more when it has taken what it
 * got: one that does not read holds a page of references, and costs the others nothing. Waiting, it
 * stands where the tail stands, whatever passes that it does not want.
 */
@Singleton
public class EventTail {
  private static final int RECENT = 1_024;
  private static final long RECENT_CHARACTERS = 512L << 10;
  private static final int PAGE = 64;
  private static final long PAGE_CHARACTERS = 128L << 10;

  private final EventLog log;
  private final LongSupplier end;
  private final int recent;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Feed> feeds = new HashMap<>();

  /** Of the last record that the tail gave; what is below is in nobody's future. */
  private long position;

  private Following following;

  @Inject
  EventTail(VersioningServer server) {
    this(server.log(), () -> end(server.repositories().list()), RECENT);
  }

  /**
   * @param end about where the log ends, to begin to follow it there
   * @param recent how many events of a repository are kept for those who read a little behind
   */
  EventTail(EventLog log, LongSupplier end, int recent) {
    this.log = log;
    this.end = end;
    this.recent = recent;
  }

  private static long end(List<LiveRepository> repositories) {
    return repositories.stream().mapToLong(LiveRepository::position).max().orElse(0);
  }

  /** One subscription to the log; ended when nobody reads, or by a failure. */
  private static final class Following {
    private final long from;
    private Cancellable subscription;

    Following(long from) {
      this.from = from;
    }
  }

  /** What is followed of one repository. */
  private final class Feed {
    private final String stream;
    private final EventReading reading;
    private final RecentEvents events;
    private final WaitingReaders<Reader> waiting = new WaitingReaders<>();
    private int readers;
    private Throwable failure;

    Feed(EventReading.Source source) {
      this.stream = source.stream();
      this.reading = new EventReading(source);
      this.events = new RecentEvents(position, recent, RECENT_CHARACTERS);
    }
  }

  /**
   * The events behind the position that fit, in order, then those to come, without end. Fails if
   * the log is closed, or corrupt.
   */
  public Multi<LogEvent> events(LiveRepository repository, long after, EventFilter filter) {
    return events(EventReading.Source.of(repository), after, filter);
  }

  Multi<LogEvent> events(EventReading.Source source, long after, EventFilter filter) {
    return Multi.createFrom()
        .deferred(() -> {
          Reader reader = join(source, after, filter);
          return Multi.createBy()
              .repeating()
              .uni(() -> reader.next())
              .indefinitely()
              .onItem()
              .transformToMultiAndConcatenate(Function.identity())
              .onTermination()
              .invoke(reader::leave);
        });
  }

  private Reader join(EventReading.Source source, long after, EventFilter filter) {
    Following begun = null;
    lock.lock();
    try {
      if (following == null) {
        position = end.getAsLong();
        begun = new Following(position);
        following = begun;
      }
      Feed feed = feeds.computeIfAbsent(source.stream(), _ -> new Feed(source));
      feed.readers++;
      return new Reader(source, feed, after, filter);
    } finally {
      lock.unlock();
      if (begun != null) {
        follow(begun);
      }
    }
  }

  /** On a thread without a context, so that the log answers on a thread of its own. */
  private void follow(Following begun) {
    Thread.ofVirtual()
        .name("tail of events")
        .start(() -> {
          Cancellable subscription =
              log.tail(begun.from)
                  .subscribe()
                  .with(record -> passed(begun, record), failure -> failed(begun, failure));
          lock.lock();
          try {
            begun.subscription = subscription;
            if (following != begun) {
              subscription.cancel();
            }
          } finally {
            lock.unlock();
          }
        });
  }

  private void passed(Following by, StoredRecord record) {
    List<Runnable> wake = new ArrayList<>();
    lock.lock();
    try {
      if (following != by) {
        return;
      }
      position = record.position();
      Feed feed = feeds.get(record.stream());
      Optional<LogEvent> event = feed == null ? Optional.empty() : feed.reading.next(record);
      event.ifPresent(next -> {
        feed.events.add(next);
        feed.waiting.wanting(next, Reader::wants).forEach(reader -> wake.add(reader.given(next)));
      });
    } finally {
      lock.unlock();
    }
    wake.forEach(Runnable::run);
  }

  private void failed(Following by, Throwable failure) {
    List<Runnable> tell = new ArrayList<>();
    lock.lock();
    try {
      if (following != by) {
        return;
      }
      following = null;
      feeds
          .values()
          .forEach(feed -> {
            feed.failure = failure;
            feed.waiting.all().forEach(reader -> tell.add(reader.failed(failure)));
          });
      feeds.clear();
    } finally {
      lock.unlock();
    }
    tell.forEach(Runnable::run);
  }

  /** One who reads. Its fields are guarded by the lock of the tail. */
  private final class Reader {
    private final EventReading.Source source;
    private final Feed feed;
    private final EventFilter filter;
    private final Context caller = Vertx.currentContext();
    private long place;
    private UniEmitter<? super Multi<LogEvent>> emitter;

    Reader(EventReading.Source source, Feed feed, long place, EventFilter filter) {
      this.source = source;
      this.feed = feed;
      this.place = place;
      this.filter = filter;
    }

    /** Some events, as soon as there are any; none if it has to be asked again. */
    Uni<Multi<LogEvent>> next() {
      Uni<Multi<LogEvent>> next = Uni.createFrom().<Multi<LogEvent>>emitter(asking -> ask(asking));
      return caller == null ? next : next.emitOn(task -> caller.runOnContext(_ -> task.run()));
    }

    private void ask(UniEmitter<? super Multi<LogEvent>> asking) {
      Multi<LogEvent> found;
      Throwable failure;
      lock.lock();
      try {
        failure = feed.failure;
        found = failure == null ? found() : null;
        if (failure == null && found == null) {
          emitter = asking;
          feed.waiting.add(this, filter);
          asking.onTermination(() -> awaitNoMore(asking));
        }
      } finally {
        lock.unlock();
      }
      if (failure != null) {
        asking.fail(failure);
      } else if (found != null) {
        asking.complete(found);
      }
    }

    /** What there is for it up to where the tail is; null if there is nothing. */
    private Multi<LogEvent> found() {
      if (place >= position) {
        return null;
      }
      if (!feed.events.reachBackTo(place)) {
        return readByItself();
      }
      List<LogEvent> page = feed.events.after(place, filter, PAGE, PAGE_CHARACTERS);
      place = page.isEmpty() ? position : page.getLast().position();
      return page.isEmpty() ? null : Multi.createFrom().iterable(page);
    }

    private Multi<LogEvent> readByItself() {
      EventReading reading = new EventReading(source);
      // positions have no gaps
      Multi<StoredRecord> records = log.tail(place).select().first(position - place);
      place = position;
      return records
          .map(reading::next)
          .filter(event -> event.isPresent() && filter.wants(event.get()))
          .map(Optional::get);
    }

    boolean wants(LogEvent event) {
      return event.position() > place && filter.wants(event);
    }

    /** It waits no more; to be run without the lock. */
    Runnable given(LogEvent event) {
      place = event.position();
      UniEmitter<? super Multi<LogEvent>> waiting = stopWaiting();
      return () -> waiting.complete(Multi.createFrom().item(event));
    }

    Runnable failed(Throwable failure) {
      UniEmitter<? super Multi<LogEvent>> waiting = stopWaiting();
      return () -> waiting.fail(failure);
    }

    private UniEmitter<? super Multi<LogEvent>> stopWaiting() {
      UniEmitter<? super Multi<LogEvent>> waiting = emitter;
      emitter = null;
      feed.waiting.remove(this, filter);
      return waiting;
    }

    /** Also called when it was given something, and may wait again already. */
    private void awaitNoMore(UniEmitter<? super Multi<LogEvent>> over) {
      lock.lock();
      try {
        if (emitter == over) {
          stopWaiting();
        }
      } finally {
        lock.unlock();
      }
    }

    void leave() {
      Cancellable over = null;
      lock.lock();
      try {
        stopWaiting();
        if (--feed.readers == 0) {
          feeds.remove(feed.stream, feed);
          if (feeds.isEmpty() && following != null) {
            over = following.subscription;
            following = null;
          }
        }
      } finally {
        lock.unlock();
      }
      if (over != null) {
        over.cancel();
      }
    }
  }
}
