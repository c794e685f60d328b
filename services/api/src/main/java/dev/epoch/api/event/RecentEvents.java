package dev.epoch.api.event;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The latest events of a repository, for those who read a little behind the tail of the log. Old
 * ones make room for new ones. Guarded by its tail's lock.
 *
 * <pre>
 *   since                        last event
 *     |   e   e e      e    e    e
 *     all events behind it are here
 * </pre>
 */
final class RecentEvents {
  private final int most;
  private final long mostCharacters;
  private final NavigableMap<Long, LogEvent> events = new TreeMap<>();
  private long since;
  private long characters;

  /**
   * @param since position from which on it is told of every event
   * @param mostCharacters of the data of events; the last one is kept anyway
   */
  RecentEvents(long since, int most, long mostCharacters) {
    this.since = since;
    this.most = most;
    this.mostCharacters = mostCharacters;
  }

  void add(LogEvent event) {
    events.put(event.position(), event);
    characters += size(event);
    while (events.size() > most || characters > mostCharacters && events.size() > 1) {
      LogEvent oldest = events.pollFirstEntry().getValue();
      characters -= size(oldest);
      since = oldest.position();
    }
  }

  /** Whether every event behind the position is here. */
  boolean reachBackTo(long position) {
    return position >= since;
  }

  /**
   * The first events behind the position that fit; none if there are none.
   *
   * @param largest characters after which the page ends
   */
  List<LogEvent> after(long position, EventFilter filter, int limit, long largest) {
    List<LogEvent> page = new ArrayList<>();
    long size = 0;
    for (LogEvent event : events.tailMap(position, false).values()) {
      if (page.size() == limit || size >= largest) {
        break;
      }
      if (filter.wants(event)) {
        page.add(event);
        size += size(event);
      }
    }
    return page;
  }

  private static long size(LogEvent event) {
    return event.stored().envelope().data().length();
  }
}
