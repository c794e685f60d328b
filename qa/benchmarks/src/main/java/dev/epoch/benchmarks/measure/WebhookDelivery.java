package dev.epoch.benchmarks.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Figure;
import dev.epoch.benchmarks.Goal;
import dev.epoch.benchmarks.Latency;
import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Ten subscribers to every commit of a repository. First as many commits as four clients make, each
 * on a branch of its own, until the last has arrived; then those of one client, for the time from
 * an event to its arrival.
 */
public final class WebhookDelivery implements Measure {

  private static final int SUBSCRIBERS = 10;
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
    Duration part = Duration.ofSeconds(workbench.scale().seconds());
    try (Receiver receiver = new Receiver()) {
      for (int i = 0; i < SUBSCRIBERS; i++) {
        repository
            .api()
            .post(
                "/webhooks",
                Api.json("url", receiver.url() + i, "events", List.of("commit-created")));
      }
      flood(repository, receiver, part);
      receiver.reset();
      long begin = System.nanoTime();
      long deliveries = flood(repository, receiver, part);
      double rate = deliveries / ((System.nanoTime() - begin) / 1e9);
      receiver.reset();
      Load.Result paced = Load.run(1, part, number -> paced(committing(repository, CLIENTS)));
      receiver.await(paced.done() * SUBSCRIBERS);
      Latency lag = Latency.of(receiver.lag());
      return List.of(
          Figure.value(id(), "10 subscribers", "/s", Goal.atLeast(1_000, 5_000), rate, null)
              .note("every commit of " + CLIENTS + " clients, until the last has arrived"),
          Figure.value(id(), "lag p99", "ms", Goal.atMost(1_000, 250), lag.p99(), lag)
              .note("at %.0f deliveries a second".formatted(paced.rate() * SUBSCRIBERS)));
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
        JsonNode body = Api.parse(new String(exchange.getRequestBody().readAllBytes()));
        Duration took =
            Duration.between(Instant.parse(body.path("timestamp").asText()), Instant.now());
        lag.recordValue(Math.max(0, took.toNanos()));
        count.incrementAndGet();
        exchange.sendResponseHeaders(204, -1);
      }
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
