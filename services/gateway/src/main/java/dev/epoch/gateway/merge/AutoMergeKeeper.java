package dev.epoch.gateway.merge;

import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.Repositories;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tries the merges that wait, on a thread of its own. */
public final class AutoMergeKeeper implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(AutoMergeKeeper.class.getName());
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final Repositories repositories;
  private final MergeRequests requests;
  private volatile boolean closed;

  public AutoMergeKeeper(Repositories repositories, MergeRequests requests) {
    this.repositories = repositories;
    this.requests = requests;
  }

  /** Looks from now on. */
  public void start() {
    Thread.ofVirtual()
        .name("auto-merge")
        .start(() -> {
          while (!closed) {
            look();
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
          }
        });
  }

  private void look() {
    for (LiveRepository repository : repositories.list()) {
      if (closed) {
        return;
      }
      try {
        requests.look(repository);
      } catch (RuntimeException failure) {
        LOG.log(
            Level.WARNING,
            failure,
            () -> "Merges that wait in " + repository.name() + " were not looked at");
      }
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
