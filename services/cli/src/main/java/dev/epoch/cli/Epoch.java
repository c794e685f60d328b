package dev.epoch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.text.FoundRows;
import dev.epoch.client.EpochException;
import dev.epoch.client.RefusedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code epoch} program. */
public final class Epoch {
  /** As the library names types. */
  private static final Pattern NUMBER = Pattern.compile("is not an? (?:int|long)$");

  private Epoch() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(ProcessEnvironment.ofThisProcess(), arguments));
  }

  /** Runs one command in an environment and answers its exit code. */
  public static int run(ProcessEnvironment environment, String... arguments) {
    EpochCommand root = new EpochCommand();
    int exitCode;
    try (Session session = new Session(environment, root.options());
        Interruption ignored = Interruption.watch(session)) {
      CommandLine line = new CommandLine(root);
      line.setExpandAtFiles(false);
      List<String> typed = new CommandCatalog(session).addTo(line, List.of(arguments));
      if (typed.contains("--help") || typed.contains("-h")) {
        HelpPage.shape(line);
      }
      line.setOut(new PrintWriter(environment.out(), true));
      line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
      line.setErr(new PrintWriter(environment.err(), true));
      FailureReport report =
          new FailureReport(
              environment, () -> FailureReport.asksForJson(List.of(arguments), session));
      line.setParameterExceptionHandler((problem, unused) -> misuse(problem, report));
      line.setExecutionExceptionHandler(
          (failure, at, result) -> failed(failure, at.getCommandSpec(), environment, root, report));
      line.setExecutionStrategy(Epoch::execute);
      exitCode = line.execute(typed.toArray(String[]::new));
    } finally {
      environment.out().flush();
      environment.err().flush();
    }
    return environment.out() instanceof StandardOutput out
        ? out.failure().map(reason -> lost(reason, environment)).orElse(exitCode)
        : exitCode;
  }

  private static int lost(String reason, ProcessEnvironment environment) {
    new FailureReport(environment, () -> false)
        .print(
            ExitCode.OUTPUT_LOST,
            "cannot write the output: " + reason,
            "send it elsewhere; a command that changes something has done so");
    return ExitCode.OUTPUT_LOST.code();
  }

  private static int execute(ParseResult result) {
    if (!result.hasSubcommand()
        && !result.isUsageHelpRequested()
        && !result.isVersionHelpRequested()) {
      CommandLine line = result.commandSpec().commandLine();
      line.usage(line.getErr());
      return ExitCode.USAGE.code();
    }
    return new CommandLine.RunLast().execute(result);
  }

  private static int misuse(ParameterException problem, FailureReport report) {
    CommandSpec command = problem.getCommandLine().getCommandSpec();
    String message = NUMBER.matcher(problem.getMessage()).replaceAll("is not a whole number");
    if (problem instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      String name = unmatched.getUnmatched().getFirst();
      message =
          command.subcommands().isEmpty()
              ? "'" + name + "' is one argument too many"
              : "'" + name + "' is not a command of " + command.qualifiedName();
    }
    report.print(ExitCode.USAGE, message, Hints.after(problem));
    return ExitCode.USAGE.code();
  }

  private static int failed(
      Exception failure,
      CommandSpec command,
      ProcessEnvironment environment,
      EpochCommand root,
      FailureReport report) {
    return switch (failure) {
      case CommandFailure known -> {
        report.print(known.exitCode(), known.getMessage(), Hints.after(known, command));
        yield known.exitCode().code();
      }
      case EpochException refused -> {
        report.print(refused, rows(refused), Hints.after(refused, command));
        yield ExitCode.of(refused).code();
      }
      case Exception fault -> {
        report.print(
            ExitCode.FAULT,
            "unexpected: " + fault,
            "--verbose, or EPOCH_DEBUG=true, shows where it happened");
        if (root.options().verbose() || environment.debug()) {
          fault.printStackTrace(environment.err());
        }
        yield ExitCode.FAULT.code();
      }
    };
  }

  /** Rows that a check found. */
  private static List<String> rows(EpochException failure) {
    if (!(failure instanceof RefusedException refused)
        || !refused.error().equals("CheckFailedError")) {
      return List.of();
    }
    List<String> columns = new ArrayList<>();
    refused.details().path("columns").forEach(column -> columns.add(column.asText()));
    List<JsonNode> rows = new ArrayList<>();
    refused.details().path("rows").forEach(rows::add);
    return FoundRows.lines(columns, rows, refused.details().path("truncated").asBoolean());
  }
}
