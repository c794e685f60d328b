package dev.epoch.benchmarks;

import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.JsonReport;
import dev.epoch.benchmarks.report.Machine;
import dev.epoch.benchmarks.report.Report;
import dev.epoch.benchmarks.report.Software;
import dev.epoch.benchmarks.report.TableReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/benchmark}. */
@Command(
    name = "benchmark",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = "Measures Epoch against plain PostgreSQL in the same run.")
public final class BenchmarkCommand implements Callable<Integer> {

  @Option(
      names = "--scale",
      paramLabel = "small|full",
      defaultValue = "small",
      description = "How much: small takes about 3 minutes, full about 30. Default: small")
  private String scale;

  @Option(names = "--only", split = ",", paramLabel = "NAME", description = "Only these measures")
  private List<String> only = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON, too")
  private Path json;

  @Option(names = "--list", description = "List the measures")
  private boolean list;

  @Option(names = "--seed", description = "Of the random keys. Default: a new one")
  private long seed = System.nanoTime();

  @Option(
      names = "--folder",
      description = "Where the data is made, and deleted. Default: the system's temporary folder")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(
      names = "--server-options",
      defaultValue = "",
      description = "Options for the server's JVM, for example to record a profile")
  private String serverOptions;

  /** Ends the process when it is done: libraries leave threads behind. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new BenchmarkCommand())
            .setExecutionExceptionHandler(BenchmarkCommand::failed)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      Suite.all().forEach(m -> System.out.printf("%-20s %s%n", m.id(), m.description()));
      return 0;
    }
    List<Measure> measures = only.isEmpty() ? Suite.all() : Suite.named(only);
    Scale size = Scale.of(scale);
    Instant begin = Instant.now();
    Machine machine = Machine.now();
    System.out.printf("Scale %s, seed %d, %s%n", size.name(), seed, machine.text());
    List<Figure> figures = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    Report report;
    try (Workbench workbench = Workbench.open(size, seed, folder, serverOptions, System.out)) {
      for (Measure measure : measures) {
        run(measure, workbench, figures, failures);
      }
      report =
          new Report(
              size.name(),
              seed,
              begin,
              Duration.between(begin, Instant.now()),
              machine,
              Software.with(
                  workbench.postgres().database().rows("SHOW server_version").getFirst(),
                  workbench.postgres().configuration()),
              figures,
              failures);
    }
    System.out.println();
    System.out.print(TableReport.text(report));
    if (json != null) {
      Files.writeString(json, JsonReport.text(report));
    }
    return failures.isEmpty() ? 0 : 1;
  }

  /** A measure that fails spoils the run, but the others still have their say. */
  private static void run(
      Measure measure, Workbench workbench, List<Figure> figures, List<String> failures) {
    System.out.println(measure.id());
    long begin = System.nanoTime();
    try {
      figures.addAll(measure.run(workbench));
    } catch (Exception | AssertionError failure) {
      failure.printStackTrace();
      failures.add(measure.id() + ": " + failure.getMessage());
    }
    workbench.progress("%.1f s".formatted((System.nanoTime() - begin) / 1e9));
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    if (failure instanceof IllegalArgumentException) {
      System.err.println(failure.getMessage());
    } else {
      failure.printStackTrace();
    }
    return 2;
  }
}
