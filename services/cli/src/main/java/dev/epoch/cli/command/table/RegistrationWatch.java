package dev.epoch.cli.command.table;

import dev.epoch.cli.Progress;
import dev.epoch.client.EpochClient;
import dev.epoch.client.EpochException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Asks now and then how far the registration of a table has come, and shows it. */
final class RegistrationWatch implements AutoCloseable {

  private static final long INTERVAL_MILLISECONDS = 300;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  private RegistrationWatch(EpochClient client, String table, Progress progress) {
    this.thread = Thread.ofVirtual().unstarted(() -> watch(client, table, progress));
  }

  /** Starts to watch, if anybody sees it. */
  static RegistrationWatch start(EpochClient client, String table, Progress progress) {
    RegistrationWatch watch = new RegistrationWatch(client, table, progress);
    if (progress.visible()) {
      watch.thread.start();
    }
    return watch;
  }

  private void watch(EpochClient client, String table, Progress progress) {
    try {
      while (!ended.await(INTERVAL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        show(client, table, progress);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A table that is not known yet has no progress; the registration itself tells of failures. */
  private static void show(EpochClient client, String table, Progress progress) {
    try {
      client
          .tables()
          .registration(table)
          .ifPresent(state -> progress.show(state.rowsDone(), state.rowsTotal()));
    } catch (EpochException notYet) {
      return;
    }
  }

  @Override
  public void close() {
    ended.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
