package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Api;
import dev.epoch.benchmarks.Load;
import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Repository;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.benchmarks.report.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Many clients that read the newest page of a log over REST: of a branch where nothing happens, of
 * one of many branches each, and beside a client that commits as fast as it can.
 */
public final class LogPages implements Measure {

  private static final int CLIENTS = 64;
  private static final int COMMITS = 200;
  private static final int BRANCHES = 4;
  private static final String PAGE = "/commits?limit=50";

  @Override
  public String id() {
    return "log-pages";
  }

  @Override
  public String description() {
    return "GET /commits?limit=50 per second, 64 clients";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    Repository repository =
        workbench.repository(
            "log", "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)");
    repository.register("account");
    for (int i = 0; i < BRANCHES; i++) {
      repository.branch("branch-" + i);
    }
    for (int i = 0; i < COMMITS; i++) {
      commit(repository, "branch-" + i % BRANCHES, i);
    }
    Duration part = Duration.ofSeconds(workbench.scale().seconds());
    Load.run(CLIENTS, part.multipliedBy(3), number -> reader(repository, number));
    List<Figure> figures = new ArrayList<>();
    Duration before = workbench.processorTime();
    Load.Result quiet = Load.run(CLIENTS, part, number -> reader(repository, number));
    Duration processors = workbench.processorTime().minus(before);
    figures.add(
        Figure.value(
                id(),
                "64 clients, nothing written",
                "/s",
                Goal.atLeast(5_000, 10_000),
                quiet.rate(),
                Latency.of(quiet.latency()))
            .note(
                "%.3f ms of the processors for each, without the client"
                    .formatted(processors.toNanos() / 1e6 / quiet.done())));
    AtomicBoolean done = new AtomicBoolean();
    long[] commits = {0};
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int i = COMMITS; !done.get(); i++) {
                  commit(repository, "branch-0", i);
                  commits[0]++;
                }
              } catch (Exception failure) {
                throw new IllegalStateException(failure);
              }
            });
    Load.Result busy = Load.run(CLIENTS, part, number -> reader(repository, number));
    done.set(true);
    writer.join();
    figures.add(
        Figure.value(
                id(),
                "64 clients, beside one that commits",
                "/s",
                null,
                busy.rate(),
                Latency.of(busy.latency()))
            .note("%.0f commits a second beside it".formatted(commits[0] / busy.seconds())));
    return figures;
  }

  private static Load.Step reader(Repository repository, int number) {
    String path = PAGE + "&ref=branch-" + number % BRANCHES;
    return () -> {
      String page = repository.api().get(path);
      if (!page.startsWith("{\"commits\":[{")) {
        throw new IllegalStateException(page);
      }
      return 1;
    };
  }

  private static void commit(Repository repository, String branch, int number) throws Exception {
    Api api = repository.api();
    api.post(
        "/tables/account/records?branch=" + branch,
        "{\"upsert\": [{\"id\": %d, \"balance\": %d}]}".formatted(number, number));
    api.post(
        "/commits",
        Api.json("branch", branch, "message", "row " + number, "tables", List.of("account")));
  }
}
