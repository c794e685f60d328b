package dev.epoch.qa.resources;

import dev.epoch.qa.process.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Sends requests when they are due, whether those before are answered or not: as many users do who
 * do not know of each other. A client that waits for answers would never overload a server.
 */
final class OpenLoop implements AutoCloseable {
  /** Each open request is a connection; beyond this a request is given up unsent. */
  private static final int MOST_OPEN = 4_000;

  /** Whoever has no answer by then was not served. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ServerProcess server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final Semaphore open = new Semaphore(MOST_OPEN);
  private final AtomicInteger next = new AtomicInteger();
  private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unsent = new AtomicInteger();

  OpenLoop(ServerProcess server) {
    this.server = server;
  }

  /** A POST below /api/v1; the number tells which. */
  record Post(int number, String path, String body) {}

  /**
   * What became of a request.
   *
   * @param status 0 if there was no answer
   * @param text of the answer, or of the failure
   * @param retryAfter whether the answer says when to come back
   */
  record Sent(Post post, int status, String text, boolean retryAfter, long micros) {}

  /** Sends requests at an even rate and returns when all of them are answered. */
  void run(double perSecond, Duration length, IntFunction<Post> posts) throws Exception {
    long begin = System.nanoTime();
    long count = Math.round(perSecond * length.toSeconds());
    for (long i = 0; i < count; i++) {
      long due = begin + (long) (i * 1e9 / perSecond);
      LockSupport.parkNanos(due - System.nanoTime());
      if (open.tryAcquire()) {
        send(posts.apply(next.getAndIncrement())).whenComplete((done, failed) -> open.release());
      } else {
        unsent.incrementAndGet();
      }
    }
    if (!open.tryAcquire(MOST_OPEN, 2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("Requests without an answer and without a failure");
    }
    open.release(MOST_OPEN);
  }

  /** Keeps some requests open for a while; answers how many per second were answered well. */
  double sustained(int clients, Duration length, IntFunction<Post> posts) throws Exception {
    int before = sent.size();
    long end = System.nanoTime() + length.toNanos();
    List<Thread> threads =
        IntStream.range(0, clients)
            .mapToObj(client ->
                Thread.startVirtualThread(() -> {
                  while (System.nanoTime() < end) {
                    send(posts.apply(next.getAndIncrement())).join();
                  }
                }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    return sent.stream().skip(before).filter(one -> one.status() / 100 == 2).count()
        / (double) length.toSeconds();
  }

  /** All requests so far, in the order of their answers. */
  List<Sent> sent() {
    return List.copyOf(sent);
  }

  /** How many could not even be sent. */
  int unsent() {
    return unsent.get();
  }

  private CompletableFuture<Void> send(Post post) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/v1" + post.path()))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "load-" + post.number())
            .POST(BodyPublishers.ofString(post.body()))
            .build();
    long start = System.nanoTime();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .handle((answer, failure) -> {
          sent.add(result(post, answer, failure, (System.nanoTime() - start) / 1_000));
          return null;
        });
  }

  private static Sent result(
      Post post, HttpResponse<String> answer, Throwable failure, long micros) {
    return failure != null
        ? new Sent(post, 0, failure.toString(), false, micros)
        : new Sent(
            post,
            answer.statusCode(),
            answer.body(),
            answer.headers().firstValue("Retry-After").isPresent(),
            micros);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
