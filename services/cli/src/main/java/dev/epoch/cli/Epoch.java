package dev.epoch.cli;

import dev.epoch.client.EpochException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code epoch} program. */
public final class Epoch {

  private Epoch() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(ProcessEnvironment.ofThisProcess(), arguments));
  }

  /** Runs one command in an environment and answers its exit code. */
  public static int run(ProcessEnvironment environment, String... arguments) {
    EpochCommand root = new EpochCommand();
    try (Session session = new Session(environment, root.options())) {
      CommandLine line = new CommandLine(root);
      line.setExpandAtFiles(false);
      List<String> typed = new CommandCatalog(session).addTo(line, List.of(arguments));
      if (typed.contains("--help") || typed.contains("-h")) {
        HelpPage.shape(line);
      }
      line.setOut(new PrintWriter(environment.out(), true));
      line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
      line.setErr(new PrintWriter(environment.err(), true));
      line.setParameterExceptionHandler((problem, ignored) -> misuse(problem, environment));
      line.setExecutionExceptionHandler(
          (failure, at, result) -> failed(failure, environment, root));
      line.setExecutionStrategy(Epoch::execute);
      return line.execute(typed.toArray(String[]::new));
    } finally {
      environment.out().flush();
      environment.err().flush();
    }
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

  private static int misuse(ParameterException problem, ProcessEnvironment environment) {
    CommandSpec command = problem.getCommandLine().getCommandSpec();
    String help = "'" + command.qualifiedName() + " --help' shows what can be said";
    if (problem instanceof UnmatchedArgumentException unmatched
        && !command.subcommands().isEmpty()
        && !unmatched.isUnknownOption()) {
      String name = unmatched.getUnmatched().getFirst();
      report(environment, "'" + name + "' is not a command of " + command.qualifiedName(), help);
    } else {
      report(environment, problem.getMessage(), help);
    }
    return ExitCode.USAGE.code();
  }

  private static int failed(Exception failure, ProcessEnvironment environment, EpochCommand root) {
    return switch (failure) {
      case CommandFailure known -> {
        report(environment, known.getMessage(), known.hint());
        yield known.exitCode().code();
      }
      case EpochException refused -> {
        report(environment, refused.getMessage(), refused.remedy());
        yield ExitCode.of(refused).code();
      }
      case Exception fault -> {
        report(environment, "unexpected: " + fault, "--verbose shows where it happened");
        if (root.options().verbose()) {
          fault.printStackTrace(environment.err());
        }
        yield ExitCode.FAULT.code();
      }
    };
  }

  private static void report(ProcessEnvironment environment, String message, String hint) {
    environment.out().flush();
    List<String> lines = new ArrayList<>();
    lines.add("error: " + message);
    if (hint != null) {
      lines.add("hint: " + hint);
    }
    lines.forEach(environment.err()::println);
    environment.err().flush();
  }
}
