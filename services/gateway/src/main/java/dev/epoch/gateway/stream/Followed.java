package dev.epoch.gateway.stream;

import dev.epoch.log.LogHead;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Follows the log for the repositories of other servers, on a thread of its own, and tells how far
 * it is.
 */
public final class Followed implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Followed.class.getName());
  private static final long RETRY_NANOS = 1_000_000_000;

  private final Consumer<StoredRecord> apply;
  private final BlockingQueue<StoredRecord> records = new LinkedBlockingQueue<>();
  private final LogHead head = new LogHead();
  private Thread thread;
  private volatile boolean busy;

  Followed(Consumer<StoredRecord> apply) {
    this.apply = apply;
  }

  /**
   * The next record of the log; returns at once.
   *
   * @param known whether there is nothing to do for it
   */
  public synchronized void next(StoredRecord record, boolean known) {
    if (known && !busy) {
      head.advanceTo(record.position());
      return;
    }
    busy = true;
    records.add(record);
    if (thread == null) {
      thread = Thread.ofVirtual().name("follows the log").start(this::run);
    }
  }

  /** Completes when every repository includes what it has up to this position. */
  public Uni<Void> upTo(long position) {
    return head.above(position - 1);
  }

  private void run() {
    try {
      while (true) {
        StoredRecord record = records.take();
        applied(record);
        head.advanceTo(record.position());
        synchronized (this) {
          busy = !records.isEmpty();
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void applied(StoredRecord record) throws InterruptedException {
    while (true) {
      try {
        apply.accept(record);
        return;
      } catch (RuntimeException away) {
        LOG.log(Level.WARNING, away, () -> "Position " + record.position() + " is followed later");
        LockSupport.parkNanos(RETRY_NANOS);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
    head.close(new IllegalStateException("The server is stopping"));
  }
}
