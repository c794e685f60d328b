package dev.epoch.log.testing;

import dev.epoch.events.Envelope;
import dev.epoch.log.AppendResult;
import dev.epoch.log.EventLog;
import dev.epoch.log.Member;
import dev.epoch.log.Membership;
import dev.epoch.log.StoredRecord;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fresh log for each test, and the words the tests are written in. */
abstract class EventLogFixture {
  /** Nothing takes longer unless it hangs. */
  protected static final Duration WAIT = Duration.ofSeconds(30);

  private EventLog log;
  private final List<Membership> memberships = new ArrayList<>();
  private final List<TailProbe> tails = new ArrayList<>();

  /** An empty log. */
  protected abstract EventLog createLog();

  /** Releases what {@link #createLog} took. */
  protected void closeLog() {}

  @BeforeEach
  void openLog() {
    log = createLog();
  }

  @AfterEach
  void endTailsAndLog() {
    tails.forEach(TailProbe::close);
    memberships.forEach(joined -> await(joined.leave()));
    closeLog();
  }

  protected final EventLog log() {
    return log;
  }

  protected final AppendResult append(String stream, long expectedVersion, Envelope... records) {
    return await(log.append(stream, expectedVersion, List.of(records)));
  }

  /** Another process that shares the log. */
  protected final Membership join(Duration lease) {
    Membership joined = log.join(Member.at("http://" + memberships.size()), lease);
    memberships.add(joined);
    return joined;
  }

  /** The failure of an append that has to fail. */
  protected final Throwable refusal(String stream, long expectedVersion, List<Envelope> records) {
    return await(
        log.append(stream, expectedVersion, records)
            .onItemOrFailure()
            .transform((result, failure) ->
                failure != null ? failure : new AssertionError("was stored: " + result)));
  }

  protected final List<StoredRecord> read(String stream, long afterVersion) {
    return await(log.read(stream, afterVersion).collect().asList());
  }

  protected final List<StoredRecord> readAll() {
    return read(EventLog.ALL, 0);
  }

  protected final TailProbe tail(long from) {
    return tail(from, Long.MAX_VALUE);
  }

  protected final TailProbe tail(long from, long demand) {
    TailProbe tail = TailProbe.of(log, from, demand);
    synchronized (tails) {
      tails.add(tail);
    }
    return tail;
  }

  protected static <T> T await(Uni<T> uni) {
    return uni.await().atMost(WAIT);
  }

  /** Starts it now. */
  protected static <T> CompletableFuture<T> start(Uni<T> uni) {
    return uni.subscribeAsCompletionStage();
  }

  /** The item, or the failure if there is one. */
  protected static Object outcome(CompletableFuture<?> future) {
    try {
      return future.orTimeout(WAIT.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      return e.getCause();
    }
  }
}
