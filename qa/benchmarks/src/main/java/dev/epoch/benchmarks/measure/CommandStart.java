package dev.epoch.benchmarks.measure;

import dev.epoch.benchmarks.Measure;
import dev.epoch.benchmarks.Operation;
import dev.epoch.benchmarks.Workbench;
import dev.epoch.benchmarks.report.Figure;
import dev.epoch.benchmarks.report.Goal;
import dev.epoch.qa.process.Checkout;
import dev.epoch.qa.process.Poll;
import dev.epoch.qa.process.Psql;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command line, from the start of its process to its end. Raw: {@code psql} with one query. */
public final class CommandStart implements Measure {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public String id() {
    return "cli-start";
  }

  @Override
  public String description() {
    return "start of the command line";
  }

  @Override
  public List<Figure> run(Workbench workbench) throws Exception {
    String epoch = Checkout.epoch().toString();
    Map<String, String> variables = new HashMap<>(workbench.server().variables());
    variables.put("EPOCH_DATA_DIR", workbench.home().toString());
    Process first = start(List.of(epoch, "--version"), variables, workbench.home());
    first.waitFor();
    // The first command records in the background what makes the next ones start faster.
    Poll.until("the start was recorded", LIMIT, CommandStart::isRecorded);
    Operation raw =
        Psql.found()
            ? () ->
                ended(
                    List.of("psql", "-XAtc", "SELECT 1", workbench.postgres().database().url()),
                    Map.of(),
                    workbench.home())
            : () -> ended(List.of("true"), Map.of(), workbench.home());
    return List.of(
        Figure.time(
            id(),
            "epoch --version",
            Goal.atMost(300, 150),
            workbench
                .scale()
                .interleaved(1)
                .run(raw, () -> ended(List.of(epoch, "--version"), variables, workbench.home()))),
        Figure.time(
            id(),
            "epoch repo list",
            null,
            workbench
                .scale()
                .interleaved(1)
                .run(
                    raw,
                    () -> ended(List.of(epoch, "repo", "list"), variables, workbench.home()))));
  }

  private static boolean isRecorded() throws IOException {
    Path target = Checkout.ROOT.resolve("services/cli/target");
    Path jar = target.resolve("epoch-cli.jar");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(file -> file.toString().endsWith(".aot"))
          .anyMatch(file -> file.toFile().lastModified() > jar.toFile().lastModified());
    }
  }

  private static void ended(List<String> command, Map<String, String> variables, Path folder)
      throws Exception {
    int code = start(command, variables, folder).waitFor();
    if (code != 0) {
      throw new AssertionError(String.join(" ", command) + " ended with " + code);
    }
  }

  private static Process start(List<String> command, Map<String, String> variables, Path folder)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    builder.environment().putAll(variables);
    return builder.start();
  }
}
