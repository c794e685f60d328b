package dev.epoch.log;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Turns a log that is read page by page into streams of records, endless or not.
 *
 * <p>A page is asked for when the subscriber has taken the page before, so a slow subscriber keeps
 * at most two pages in memory.
 */
public final class LogPages {
  private static final System.Logger LOG = System.getLogger(LogPages.class.getName());
  private static final Duration FIRST_RETRY = Duration.ofMillis(50);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

  private LogPages() {}

  /** Where the pages come from. */
  @FunctionalInterface
  public interface PageSource {
    /** The next records above the place, in order, without a gap; empty if there are none now. */
    Uni<List<StoredRecord>> after(long place);
  }

  /**
   * The records above {@code after} and up to {@code end}.
   *
   * @param end asked once for each subscriber, before the first page
   * @param place of a record, by which the pages are ordered: its position or its version
   */
  public static Multi<StoredRecord> upTo(
      Uni<Long> end, long after, PageSource source, ToLongFunction<StoredRecord> place) {
    return end.onItem()
        .transformToMulti(last -> {
          Cursor cursor = new Cursor(after);
          return Multi.createBy()
              .repeating()
              .uni(() -> pageUpTo(last, cursor, source, place))
              .until(List::isEmpty)
              .onItem()
              .<StoredRecord>disjoint();
        });
  }

  private static Uni<List<StoredRecord>> pageUpTo(
      long last, Cursor cursor, PageSource source, ToLongFunction<StoredRecord> place) {
    if (cursor.place >= last) {
      return Uni.createFrom().item(List.of());
    }
    return source
        .after(cursor.place)
        .map(page -> complete(page, cursor.place, place))
        .invoke(page -> {
          if (page.isEmpty()) {
            throw missing(cursor.place);
          }
        })
        .map(page -> page.stream().filter(record -> place.applyAsLong(record) <= last).toList())
        .invoke(page -> page.forEach(record -> cursor.place = place.applyAsLong(record)));
  }

  /**
   * The records of positions above {@code afterPosition}, then those that come, without end.
   *
   * @param head tells when it is worth asking for a page
   * @param passing failures that the tail gets over by asking again; others end it
   */
  public static Multi<StoredRecord> tail(
      long afterPosition, LogHead head, PageSource source, Predicate<Throwable> passing) {
    return Multi.createFrom()
        .deferred(() -> {
          Cursor cursor = new Cursor(afterPosition);
          return Multi.createBy()
              .repeating()
              .uni(() -> nextPage(cursor, head, source, passing))
              .indefinitely()
              .onItem()
              .<StoredRecord>disjoint();
        });
  }

  private static Uni<List<StoredRecord>> nextPage(
      Cursor cursor, LogHead head, PageSource source, Predicate<Throwable> passing) {
    return Uni.createFrom()
        .deferred(() ->
            cursor.caughtUp ? awaitedPage(cursor, head, source) : pageAtOnce(cursor, head, source))
        .onFailure(passing)
        .invoke(cursor::noteFailure)
        .onFailure(failure -> failure instanceof NothingYet || passing.test(failure))
        .retry()
        .withBackOff(FIRST_RETRY, LONGEST_RETRY)
        .indefinitely()
        .map(page -> complete(page, cursor.place, StoredRecord::position))
        .invoke(page -> {
          cursor.place = page.getLast().position();
          cursor.failing = false;
        });
  }

  /** Until the first empty page nothing is awaited: the head may not be known yet. */
  private static Uni<List<StoredRecord>> pageAtOnce(
      Cursor cursor, LogHead head, PageSource source) {
    return source
        .after(cursor.place)
        .chain(page -> {
          cursor.caughtUp = page.isEmpty();
          return cursor.caughtUp ? awaitedPage(cursor, head, source) : Uni.createFrom().item(page);
        });
  }

  private static Uni<List<StoredRecord>> awaitedPage(
      Cursor cursor, LogHead head, PageSource source) {
    return head.above(cursor.place)
        .chain(() -> source.after(cursor.place))
        .invoke(page -> {
          if (page.isEmpty()) {
            throw new NothingYet();
          }
        });
  }

  /** The page, if its places go on from there one by one. */
  private static List<StoredRecord> complete(
      List<StoredRecord> page, long after, ToLongFunction<StoredRecord> place) {
    long last = after;
    for (StoredRecord record : page) {
      if (place.applyAsLong(record) != last + 1) {
        throw missing(last);
      }
      last++;
    }
    return page;
  }

  private static CorruptLogException missing(long after) {
    return new CorruptLogException("The record after place " + after + " is missing");
  }

  private static final class Cursor {
    private long place;
    private boolean caughtUp;
    private boolean failing;

    Cursor(long place) {
      this.place = place;
    }

    /** Said once for each interruption. */
    void noteFailure(Throwable failure) {
      if (!failing) {
        failing = true;
        LOG.log(
            System.Logger.Level.WARNING,
            "A tail at position {0} cannot read on and keeps trying: {1}",
            place,
            failure);
      }
    }
  }

  /**
   * The head is said to be higher, yet the page is empty: the log was put back to an older state.
   */
  private static final class NothingYet extends RuntimeException {
    NothingYet() {
      super("nothing to read yet", null, false, false);
    }
  }
}
