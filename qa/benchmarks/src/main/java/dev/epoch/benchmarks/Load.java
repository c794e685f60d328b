package dev.epoch.benchmarks;

import dev.epoch.benchmarks.report.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Clients that each do one thing after the other for a while, all at once. */
public final class Load {

  private Load() {}

  /** What one client does over and over. */
  @FunctionalInterface
  public interface Step {
    /** Returns how many things it got done, of those that are counted. */
    int take() throws Exception;
  }

  /** Makes the steps of the client of a number, from 0. */
  @FunctionalInterface
  public interface Client {
    Step open(int number) throws Exception;
  }

  /**
   * What they got done.
   *
   * @param done number of things counted
   * @param latency of the steps that got something done
   */
  public record Result(long done, double seconds, Histogram latency) {
    /** Things a second. */
    public double rate() {
      return done / seconds;
    }
  }

  /** Runs clients for a time; the steps that have begun then are finished. */
  public static Result run(int clients, Duration length, Client client) throws Exception {
    Histogram latency = new ConcurrentHistogram(Latency.histogram().getHighestTrackableValue(), 3);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      steps.add(client.open(i));
    }
    long begin = System.nanoTime();
    long end = begin + length.toNanos();
    long done = 0;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> running =
          steps.stream().map(step -> executor.submit(() -> loop(step, end, latency))).toList();
      for (Future<Long> one : running) {
        done += one.get();
      }
    }
    return new Result(done, (System.nanoTime() - begin) / 1e9, latency);
  }

  private static long loop(Step step, long end, Histogram latency) throws Exception {
    long done = 0;
    for (long now = System.nanoTime(); now < end; ) {
      int achieved = step.take();
      long after = System.nanoTime();
      if (achieved > 0) {
        latency.recordValue(after - now);
        done += achieved;
      }
      now = after;
    }
    return done;
  }
}
