package dev.epoch.log.postgres;

import dev.epoch.log.AppendRequest;
import dev.epoch.log.AppendResult;
import dev.epoch.log.LogUnavailableException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Group commit: appends wait here while a batch is being written, and those that wait make the next
 * batch.
 *
 * <p>Bounded: beyond the limits an append is refused at once, and may be tried again later.
 */
final class AppendQueue {
  static final int MAX_BATCH_APPENDS = 256;
  static final long MAX_BATCH_BYTES = 4L << 20;

  private final int maxWaitingAppends;
  private final long maxWaitingBytes;
  private final Function<List<Waiting>, Uni<Runnable>> flush;
  private final Executor answering;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private long waitingBytes;
  private boolean flushing;
  private boolean closed;

  /** An append that waits for its answer. */
  record Waiting(AppendRequest request, UniEmitter<? super AppendResult> answer) {}

  /**
   * @param flush writes a batch and yields what answers its appends; never fails
   * @param answering runs the answers of a batch, rather after the next one is on its way
   */
  AppendQueue(
      int maxWaitingAppends,
      long maxWaitingBytes,
      Function<List<Waiting>, Uni<Runnable>> flush,
      Executor answering) {
    this.maxWaitingAppends = maxWaitingAppends;
    this.maxWaitingBytes = maxWaitingBytes;
    this.flush = flush;
    this.answering = answering;
  }

  Uni<AppendResult> add(AppendRequest request) {
    return Uni.createFrom().emitter(answer -> add(new Waiting(request, answer)));
  }

  private void add(Waiting append) {
    LogUnavailableException refusal;
    lock.lock();
    try {
      refusal = refusal(append);
      if (refusal == null) {
        waiting.add(append);
        waitingBytes += append.request().bytes();
      }
    } finally {
      lock.unlock();
    }
    if (refusal == null) {
      flushNext(false);
    } else {
      append.answer().fail(refusal);
    }
  }

  private LogUnavailableException refusal(Waiting append) {
    if (closed) {
      return new LogUnavailableException("The log is closed", null);
    }
    if (waiting.size() >= maxWaitingAppends
        || (!waiting.isEmpty() && waitingBytes + append.request().bytes() > maxWaitingBytes)) {
      return new LogUnavailableException(
          "The log is overloaded: "
              + waiting.size()
              + " appends with "
              + waitingBytes
              + " bytes wait already; try again later",
          null);
    }
    return null;
  }

  private void flushNext(boolean flushed) {
    List<Waiting> batch;
    lock.lock();
    try {
      flushing = flushing && !flushed;
      if (flushing) {
        return;
      }
      batch = takeBatch();
      flushing = !batch.isEmpty();
    } finally {
      lock.unlock();
    }
    if (!batch.isEmpty()) {
      flush
          .apply(batch)
          .subscribe()
          .with(answers -> {
            answering.execute(answers);
            flushNext(true);
          });
    } else if (closed) {
      drained.complete(null);
    }
  }

  private List<Waiting> takeBatch() {
    List<Waiting> batch = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && batch.size() < MAX_BATCH_APPENDS) {
      long next = waiting.peek().request().bytes();
      if (!batch.isEmpty() && bytes + next > MAX_BATCH_BYTES) {
        break;
      }
      batch.add(waiting.remove());
      bytes += next;
    }
    waitingBytes -= bytes;
    return batch;
  }

  /**
   * Refuses new appends, refuses those that wait, and completes when the batch in flight is
   * answered.
   */
  Uni<Void> close() {
    List<Waiting> refused;
    boolean idle;
    lock.lock();
    try {
      closed = true;
      refused = new ArrayList<>(waiting);
      waiting.clear();
      waitingBytes = 0;
      idle = !flushing;
    } finally {
      lock.unlock();
    }
    refused.forEach(append -> append.answer().fail(refusal(append)));
    if (idle) {
      drained.complete(null);
    }
    return Uni.createFrom().completionStage(drained);
  }
}
