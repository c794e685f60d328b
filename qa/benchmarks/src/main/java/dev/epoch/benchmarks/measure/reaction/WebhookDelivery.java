package dev.epoch.benchmarks.measure.reaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Ten subscribers to every commit of a repository. First as many commits as four clients make, each
 * on a branch of its own, until the last has arrived; then all of those again at once, since
 * commits are slower than deliveries; then those of one client, for the time from an event to its
 * arrival.
 */
public final class WebhookDelivery implements Measure {

  private static final int SUBSCRIBERS = 10;
  private static final String HANGING = "hangs";

  /** Events of a backlog, beside commits. */
  private static final int STATUSES = 1_000;

  private static final int WRITERS = 8;
  private static final int CLIENTS = 4;
  private static final int PAUSE_MILLIS = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Override
  public String id() {
    return "webhook-delivery";
  }

  @Override
  public String description() {
    return "deliveries per second to 10 subscribers, and the time from event to arrival";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "webhooks",
            "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)",
            "INSERT INTO account SELECT i, 0 FROM generate_series(1, 1000) i");
    repository.register("account");
    for (int i = 0; i <= CLIENTS; i++) {
      repository.branch("branch-" + i);
    }
    say(repository);
    Duration part = Duration.ofSeconds(workbench.scale().seconds());
    try (Receiver receiver = new Receiver()) {
      List<String> webhooks = new ArrayList<>();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        webhooks.add(subscribe(repository, receiver.url() + i));
      }
      flood(repository, receiver, part);
      receiver.reset();
      long begin = System.nanoTime();
      long deliveries = flood(repository, receiver, part);
      double rate = deliveries / ((System.nanoTime() - begin) / 1e9);
      Again again = again(repository, receiver, webhooks);
      receiver.reset();
      Load.Result paced = Load.run(1, part, number -> paced(committing(repository, CLIENTS)));
      receiver.await(paced.done() * SUBSCRIBERS);
      Latency lag = Latency.of(receiver.lag());
      subscribe(repository, receiver.url() + HANGING);
      receiver.reset();
      Load.Result beside = Load.run(1, part, number -> paced(committing(repository, CLIENTS)));
      receiver.await(beside.done() * SUBSCRIBERS);
      Latency besideLag = Latency.of(receiver.lag());
      return List.of(
          Figure.value(id(), "10 subscribers", "/s", Goal.atLeast(1_000, 5_000), again.rate(), null)
              .note("a backlog of %d events to each".formatted(again.events())),
          Figure.value(id(), "10 subscribers, as commits come", "/s", null, rate, null)
              .note("every commit of " + CLIENTS + " clients, until the last has arrived"),
          Figure.value(id(), "lag p99", "ms", Goal.atMost(1_000, 250), lag.p99(), lag)
              .note("at %.0f deliveries a second".formatted(paced.rate() * SUBSCRIBERS)),
          Figure.value(
                  id(),
                  "lag p99 beside one that hangs",
                  "ms",
                  Goal.atMost(1_000, 250),
                  besideLag.p99(),
                  besideLag)
              .note("an eleventh subscriber that takes requests and never answers"));
    }
  }

  /** The id of the new webhook. */
  private static String subscribe(Repository repository, String url) throws IOException {
    return Api.parse(
            repository
                .api()
                .post(
                    "/webhooks",
                    Api.json("url", url, "events", List.of("commit-created", "commit-status-set"))))
        .path("id")
        .asText();
  }

  /**
   * What a backlog was worked off with.
   *
   * @param rate deliveries a second
   */
  private record Again(long events, double rate) {}

  /** Every event that there is, to each webhook; from the first request on. */
  private static Again again(Repository repository, Receiver receiver, List<String> webhooks)
      throws Exception {
    receiver.reset();
    long begin = System.nanoTime();
    AtomicLong events = new AtomicLong();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> asked = new ArrayList<>();
      for (String webhook : webhooks) {
        asked.add(
            threads.submit(() ->
                Api.parse(
                        repository
                            .api()
                            .post("/webhooks/" + webhook + "/redeliver", Api.json("from", 1)))
                    .path("count")
                    .asLong()));
      }
      for (Future<Long> one : asked) {
        events.addAndGet(one.get());
      }
    }
    receiver.await(events.get());
    return new Again(
        events.get() / webhooks.size(), receiver.count() / ((System.nanoTime() - begin) / 1e9));
  }

  /** Events that cost nothing but their record. */
  private static void say(Repository repository) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<String>> said = new ArrayList<>();
      for (int i = 0; i < STATUSES; i++) {
        String text = "run " + i;
        said.add(
            threads.submit(() ->
                repository
                    .api()
                    .post(
                        "/commits/main/statuses",
                        Api.json(
                            "context", "benchmark", "state", "success", "description", text))));
      }
      for (Future<String> one : said) {
        one.get();
      }
    }
  }

  /** How many deliveries the events made. */
  private static long flood(Repository repository, Receiver receiver, Duration length)
      throws Exception {
    long before = receiver.count();
    Load.Result result = Load.run(CLIENTS, length, number -> committing(repository, number));
    receiver.await(before + result.done() * SUBSCRIBERS);
    return result.done() * SUBSCRIBERS;
  }

  /** A row and its commit, on a branch of the client's own. */
  private static Load.Step committing(Repository repository, int number) {
    String branch = "branch-" + number;
    return () -> {
      Api api = repository.api();
      long value = System.nanoTime();
      api.post(
          "/tables/account/records?branch=" + branch,
          Api.json("upsert", List.of(Map.of("id", 1 + value % 1000, "balance", value))));
      repository.commit(branch);
      return 1;
    };
  }

  private static Load.Step paced(Load.Step step) {
    long[] next = {System.nanoTime()};
    return () -> {
      next[0] += TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
      LockSupport.parkNanos(next[0] - System.nanoTime());
      return step.take();
    };
  }

  /** Counts what arrives, and how long it took. */
  private static final class Receiver implements AutoCloseable {
    private final HttpServer server;
    private final AtomicLong count = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Histogram lag = histogram();

    Receiver() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/", this::receive);
      server.start();
    }

    private static Histogram histogram() {
      return new ConcurrentHistogram(Latency.histogram().getHighestTrackableValue(), 3);
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    long count() {
      return count.get();
    }

    Histogram lag() {
      return lag;
    }

    void reset() {
      count.set(0);
      lag = histogram();
    }

    void await(long wanted) {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (count.get() < wanted) {
        if (System.nanoTime() > end) {
          throw new IllegalStateException(count + " of " + wanted + " deliveries have arrived");
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }

    private void receive(HttpExchange exchange) throws IOException {
      try (exchange) {
        if (exchange.getRequestURI().getPath().endsWith(HANGING)) {
          closed.await();
          return;
        }
        JsonNode body = Api.parse(new String(exchange.getRequestBody().readAllBytes()));
        Duration took =
            Duration.between(Instant.parse(body.path("timestamp").asText()), Instant.now());
        lag.recordValue(Math.max(0, took.toNanos()));
        count.incrementAndGet();
        exchange.sendResponseHeaders(204, -1);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      closed.countDown();
      server.stop(0);
    }
  }
}
