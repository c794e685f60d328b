package dev.epoch.projections;

import dev.epoch.log.StoredRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The newest records of the log without a gap, as they were delivered: projections that follow the
 * log closely take their pages from here, and do not each read the same rows of it. May be used by
 * several threads.
 */
final class RecentRecords {
  private static final int MOST = 2_048;

  /** Characters of data. */
  private static final long MOST_DATA = 4L << 20;

  private final Deque<StoredRecord> records = new ArrayDeque<>();
  private long data;

  /** One that is delivered again is left out; behind a gap it begins anew. */
  synchronized void add(StoredRecord record) {
    if (!records.isEmpty()) {
      long last = records.getLast().position();
      if (record.position() <= last) {
        return;
      }
      if (record.position() > last + 1) {
        records.clear();
        data = 0;
      }
    }
    records.addLast(record);
    data += size(record);
    while (records.size() > MOST || data > MOST_DATA && records.size() > 1) {
      data -= size(records.removeFirst());
    }
  }

  /** The records right behind the position; none if the first of them is not held. */
  synchronized List<StoredRecord> after(long position, int most) {
    if (records.isEmpty()
        || records.getLast().position() <= position
        || records.getFirst().position() > position + 1) {
      return List.of();
    }
    List<StoredRecord> page = new ArrayList<>();
    Iterator<StoredRecord> newest = records.descendingIterator();
    for (StoredRecord record = newest.next(); record.position() > position; ) {
      page.add(record);
      if (!newest.hasNext()) {
        break;
      }
      record = newest.next();
    }
    List<StoredRecord> inOrder = page.reversed();
    return List.copyOf(inOrder.size() <= most ? inOrder : inOrder.subList(0, most));
  }

  private static int size(StoredRecord record) {
    return record.envelope().data().length();
  }
}
