package dev.epoch.benchmarks.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What a run has found. */
public record Report(
    String scale,
    long seed,
    Instant begin,
    Duration length,
    Machine machine,
    Software software,
    List<Figure> figures,
    List<String> failures) {

  public Report {
    figures = List.copyOf(figures);
    failures = List.copyOf(failures);
  }
}
