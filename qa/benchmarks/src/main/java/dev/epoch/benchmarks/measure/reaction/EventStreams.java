package dev.epoch.benchmarks.measure.reaction;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Streams of events. First 500 clients that hear of each of ten commits a second; then what a
 * hundred streams, webhooks and subscriptions cost commits that are none of theirs.
 */
public final class EventStreams implements Measure {
  private static final int CLIENTS = 500;

  private static final int IDLE = 100;
  private static final int ROUNDS = 10;
  private static final int PAUSE_MILLIS = 100;
  private static final String NEVER = "tag-deleted";
  private static final Duration SETTLING = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Override
  public String id() {
    return "event-streams";
  }

  @Override
  public String description() {
    return "events to 500 clients, and what 100 idle subscriptions cost commits";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "streams",
            "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)",
            "INSERT INTO account SELECT i, 0 FROM generate_series(1, 1000) i");
    repository.register("account");
    repository.branch("work");
    Duration part = Duration.ofSeconds(workbench.scale().seconds());
    List<Figure> figures = new ArrayList<>();
    figures.add(lag(workbench, repository, part));
    figures.addAll(idle(workbench, repository, part));
    return figures;
  }

  private Figure lag(Workbench workbench, Repository repository, Duration part) throws Exception {
    AtomicLong count = new AtomicLong();
    Histogram lag = new ConcurrentHistogram(Latency.histogram().getHighestTrackableValue(), 3);
    try (Streams ignored =
        new Streams(
            workbench,
            repository,
            "commit-created",
            CLIENTS,
            event -> {
              Duration took =
                  Duration.between(Instant.parse(event.path("time").asText()), Instant.now());
              lag.recordValue(Math.max(0, took.toNanos()));
              count.incrementAndGet();
            })) {
      Load.run(1, part, number -> paced(committing(repository)));
      awaitCount(count, count.get());
      count.set(0);
      lag.reset();
      long done = Load.run(1, part, number -> paced(committing(repository))).done();
      awaitCount(count, done * CLIENTS);
    }
    Latency latency = Latency.of(lag);
    return Figure.value(
            id(), "lag p99, 500 clients", "ms", Goal.atMost(1_000, 250), latency.p99(), latency)
        .note("of ten commits a second, from the event's time to the client's line");
  }

  /** With, and without before and after it, so that noise and a server that warms up meet both. */
  private List<Figure> idle(Workbench workbench, Repository repository, Duration part)
      throws Exception {
    Commits without = new Commits(workbench, repository);
    Commits with = new Commits(workbench, repository);
    Duration turn = part.dividedBy(2);
    Load.run(1, part.multipliedBy(2), number -> committing(repository));
    for (int round = 0; round < ROUNDS; round++) {
      without.run(turn);
      List<String> webhooks = new ArrayList<>();
      Api api = repository.api();
      try (Streams ignored = new Streams(workbench, repository, NEVER, IDLE, _ -> {})) {
        for (int i = 0; i < IDLE; i++) {
          webhooks.add(
              Api.parse(
                      api.post(
                          "/webhooks",
                          Api.json("url", "http://127.0.0.1:1/" + i, "events", List.of(NEVER))))
                  .path("id")
                  .asText());
          api.post("/subscriptions", Api.json("name", "idle-" + i, "types", List.of(NEVER)));
        }
        with.run(turn.multipliedBy(2));
      }
      for (int i = 0; i < IDLE; i++) {
        api.delete("/webhooks/" + webhooks.get(i));
        api.delete("/subscriptions/idle-" + i);
      }
      without.run(turn);
    }
    Latency beside = Latency.of(with.latency);
    String who =
        "of one client, %d turns; 100 streams, 100 webhooks, 100 subscriptions".formatted(ROUNDS);
    return List.of(
        Figure.value(
                id(),
                "commits beside 100 idle of each",
                "x",
                Goal.atMost(1.02, 1.01),
                beside.p50() / Latency.of(without.latency).p50(),
                beside)
            .note("median commit " + who),
        Figure.value(
                id(),
                "same, processor time",
                "x",
                Goal.atMost(1.02, 1.01),
                with.processorMillis() / without.processorMillis(),
                null)
            .note("of the server and PostgreSQL for a commit " + who));
  }

  /** Commits of one client, in several turns. */
  private static final class Commits {
    private final Workbench workbench;
    private final Repository repository;
    private final Histogram latency = Latency.histogram();
    private Duration processor = Duration.ZERO;

    Commits(Workbench workbench, Repository repository) {
      this.workbench = workbench;
      this.repository = repository;
    }

    /** What others came or left with is over when it begins. */
    void run(Duration turn) throws Exception {
      Load.run(1, SETTLING, number -> committing(repository));
      Duration before = workbench.processorTime();
      latency.add(Load.run(1, turn, number -> committing(repository)).latency());
      processor = processor.plus(workbench.processorTime().minus(before));
    }

    double processorMillis() {
      return (double) processor.toMillis() / latency.getTotalCount();
    }
  }

  private static Load.Step committing(Repository repository) {
    return () -> {
      long value = System.nanoTime();
      repository
          .api()
          .post(
              "/tables/account/records?branch=work",
              Api.json("upsert", List.of(Map.of("id", 1 + value % 1000, "balance", value))));
      repository.commit("work");
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

  private static void awaitCount(AtomicLong count, long wanted) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (count.get() < wanted) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(count + " of " + wanted + " events have arrived");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private interface Heard {
    void event(JsonNode event);
  }

  /** Clients of the stream of events, each on a connection and a thread of its own. */
  private static final class Streams implements AutoCloseable {
    private final List<Socket> sockets = new ArrayList<>();

    Streams(Workbench workbench, Repository repository, String type, int clients, Heard heard)
        throws IOException {
      URI server = URI.create(workbench.server().url());
      for (int i = 0; i < clients; i++) {
        Socket socket = new Socket(InetAddress.getByName(server.getHost()), server.getPort());
        sockets.add(socket);
        socket
            .getOutputStream()
            .write(
                """
                GET /api/v1/events/stream?repository=%s&type=%s&from=%d HTTP/1.1\r
                Host: %s:%d\r
                Accept: text/event-stream\r
                \r
                """
                    .formatted(
                        repository.name(),
                        type,
                        next(repository),
                        server.getHost(),
                        server.getPort())
                    .getBytes(StandardCharsets.US_ASCII));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String status = lines.readLine();
        if (status == null || !status.contains(" 200 ")) {
          throw new IOException("the stream answered " + status);
        }
        Thread.ofVirtual().start(() -> read(lines, heard));
      }
    }

    /** Behind what there is. */
    private static long next(Repository repository) throws IOException {
      return Api.parse(repository.api().get("/reflog?limit=1")).at("/entries/0/position").asLong()
          + 1;
    }

    private static void read(BufferedReader lines, Heard heard) {
      try (lines) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("data:")) {
            heard.event(Api.parse(line.substring("data:".length())));
          }
        }
      } catch (IOException closed) {
        // the measure is over
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
