package dev.epoch.benchmarks.measure.reaction;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import dev.epoch.promoter.Reconciler;
import dev.epoch.promoter.RestApi;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * 200 environments take from one branch, in two files of the promotion bot: the time from a commit
 * there until the last of them has it.
 */
public final class PromotionRound implements Measure {
  private static final int FILES = 2;
  private static final int OF_FILE = 99;
  private static final int ALL = 200;
  private static final int ROUNDS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Override
  public String id() {
    return "promotion-round";
  }

  @Override
  public String description() {
    return "the bot brings a commit to 200 environments";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "promotions",
            "CREATE TABLE price (id bigint PRIMARY KEY, amount bigint NOT NULL)",
            "INSERT INTO price SELECT i, 0 FROM generate_series(1, 1000) i");
    repository.register("price");
    repository.branch("development");
    for (int i = 0; i < ALL; i++) {
      repository.branch("shop-" + i);
    }
    Path files = Files.createDirectories(workbench.home().resolve("promotion-files"));
    write(files, repository.name());
    RestApi.Settings server =
        new RestApi.Settings(
            workbench.server().url() + "/api/v1", null, "bot", null, Duration.ofMinutes(5));
    Histogram times = Latency.histogram();
    double requests;
    double seconds;
    try (Reconciler bot =
        new Reconciler(files, server, Clock.systemUTC(), Duration.ofHours(1), () -> {}, _ -> {})) {
      bot.reconcile();
      Thread work = Thread.ofVirtual().start(() -> run(bot));
      Requests before = null;
      Duration processor = Duration.ZERO;
      for (int round = 0; round <= ROUNDS; round++) {
        if (round == 1) {
          before = Requests.of(workbench);
          processor = workbench.processorTime();
        }
        repository
            .api()
            .post(
                "/tables/price/records?branch=development",
                Api.json("upsert", List.of(Map.of("id", 1, "amount", round + 1))));
        repository.commit("development");
        long begin = System.nanoTime();
        awaitAll(repository.api());
        // the first round warms up
        if (round > 0) {
          times.recordValue(System.nanoTime() - begin);
        }
      }
      processor = workbench.processorTime().minus(processor);
      Requests asked = Requests.of(workbench).minus(before);
      bot.close();
      work.join();
      asked.byPath().forEach((path, count) -> workbench.progress(path + ": " + count));
      requests = asked.total() / (double) (ALL * ROUNDS);
      seconds = processor.toMillis() / 1e3 / ROUNDS;
    }
    Latency latency = Latency.of(times);
    return List.of(
        Figure.value(
                id(),
                "200 promotions",
                "ms",
                Goal.atMost(5_000, 2_000),
                times.getMaxValue() / 1e6,
                latency)
            .note("the slowest of " + ROUNDS + " rounds, from the answer to the commit on"),
        Figure.value(id(), "requests of a promotion", "", null, requests, null)
            .note("whatever else the machine does"),
        Figure.value(id(), "processor time of 200", "s", null, seconds, null)
            .note("of the server, the databases and the bot"));
  }

  /**
   * Requests that were answered, by method and path; without those with which this measure waits.
   */
  private record Requests(Map<String, Long> byPath) {
    private static final Pattern LINE =
        Pattern.compile(
            "http_server_requests_seconds_count\\{.*method=\"(\\w+)\".*uri=\"([^\"]+)\".*\\} (\\S+)");

    static Requests of(Workbench workbench) throws IOException {
      Map<String, Long> counts = new TreeMap<>();
      try (InputStream metrics =
          URI.create(workbench.server().url() + "/metrics").toURL().openStream()) {
        LINE.matcher(new String(metrics.readAllBytes(), StandardCharsets.UTF_8))
            .results()
            .forEach(line ->
                counts.merge(
                    line.group(1) + " " + line.group(2),
                    (long) Double.parseDouble(line.group(3)),
                    Long::sum));
      }
      counts.keySet().removeIf(path -> path.equals("GET /metrics"));
      return new Requests(counts);
    }

    Requests minus(Requests before) {
      Map<String, Long> left = new TreeMap<>();
      byPath.forEach((path, count) -> left.put(path, count - before.byPath.getOrDefault(path, 0L)));
      left.values().removeIf(count -> count == 0);
      return new Requests(left);
    }

    long total() {
      return byPath.entrySet().stream()
          .filter(path -> !path.getKey().endsWith("/branches"))
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }

  private static void run(Reconciler bot) {
    try {
      bot.run();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  /** Files have at most 100 environments; the third has the rest. */
  private static void write(Path folder, String repository) throws IOException {
    for (int file = 0; file <= FILES; file++) {
      int first = file * OF_FILE;
      String environments =
          IntStream.range(first, Math.min(ALL, first + OF_FILE))
              .mapToObj(i -> "  - {name: shop-%d, from: development}%n".formatted(i))
              .collect(Collectors.joining());
      Files.writeString(
          folder.resolve("file-" + file + ".yaml"),
          "repository: %s%nenvironments:%n  - {name: development}%n".formatted(repository)
              + environments);
    }
  }

  private static void awaitAll(Api api) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode branches = Api.parse(api.get("/branches")).path("branches");
      String wanted = null;
      int there = 0;
      for (JsonNode branch : branches) {
        if (branch.path("name").asText().equals("development")) {
          wanted = branch.path("head_commit_id").asText();
        }
      }
      for (JsonNode branch : branches) {
        there +=
            branch.path("name").asText().startsWith("shop-")
                    && branch.path("head_commit_id").asText().equals(wanted)
                ? 1
                : 0;
      }
      if (there == ALL) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(there + " of " + ALL + " promotions");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }
}
