package dev.epoch.qa.process;

import dev.epoch.cli.Epoch;
import dev.epoch.cli.ProcessEnvironment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs programs in a folder, with an environment that says which server is meant. */
public final class Shell {

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final Path folder;
  private final Map<String, String> variables;

  /** A shell in a folder; the variables come on top of those of this process. */
  public Shell(Path folder, Map<String, String> variables) {
    this.folder = folder;
    this.variables = new HashMap<>(variables);
  }

  /**
   * What a program did.
   *
   * @param out standard output
   * @param err standard error
   */
  public record Result(List<String> command, int exitCode, String out, String err) {

    /** The output of a program that must have worked. */
    public String ok() {
      if (exitCode != 0) {
        throw new AssertionError(
            String.join(" ", command) + "\nended with " + exitCode + "\n" + out + err);
      }
      return out;
    }
  }

  /** Environment variables without those that would lead to another server. */
  static void prepare(ProcessBuilder builder, Map<String, String> variables) {
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("EPOCH_") || name.startsWith("PG"));
    builder.environment().keySet().removeAll(Set.of("DATABASE_URL", "JAVA_TOOL_OPTIONS"));
    builder.environment().putAll(variables);
  }

  /** Runs the command line. */
  public Result epoch(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Checkout.epoch().toString()));
    command.addAll(List.of(arguments));
    return run(command, "");
  }

  /** Runs the command line in this process, which takes a tenth of the time. */
  public Result here(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ProcessBuilder builder = new ProcessBuilder();
    prepare(builder, variables);
    int exitCode =
        Epoch.run(
            new ProcessEnvironment(
                builder.environment(),
                folder,
                folder,
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                false,
                false,
                ZoneOffset.UTC,
                folder.resolve("no-configuration-of-the-machine")),
            arguments);
    return new Result(
        List.of(arguments),
        exitCode,
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8));
  }

  /** Runs lines of bash; the first that fails ends it. */
  public Result bash(String script) {
    return run(List.of("bash", "-euo", "pipefail", "-c", script), "");
  }

  /** Runs a program with something to read, and waits until it has ended. */
  public Result run(List<String> command, String input) {
    try {
      Path out = Files.createTempFile("epoch-qa", ".out");
      Path err = Files.createTempFile("epoch-qa", ".err");
      Path in = Files.createTempFile("epoch-qa", ".in");
      try {
        Files.writeString(in, input);
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        prepare(builder, variables);
        return result(command, builder.start(), out, err);
      } finally {
        for (Path file : List.of(out, err, in)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Result result(List<String> command, Process process, Path out, Path err)
      throws IOException {
    try {
      boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      String printed = Files.readString(out, StandardCharsets.UTF_8);
      String complaints = Files.readString(err, StandardCharsets.UTF_8);
      if (!ended) {
        throw new AssertionError(
            String.join(" ", command) + " did not end:\n" + printed + complaints);
      }
      return new Result(command, process.exitValue(), printed, complaints);
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
