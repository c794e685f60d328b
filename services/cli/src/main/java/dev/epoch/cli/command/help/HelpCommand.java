package dev.epoch.cli.command.help;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Parameters;

/** {@code epoch help}. */
@Command(name = "help", description = "Show the help of a command.")
public final class HelpCommand extends EpochSubcommand {

  @Parameters(arity = "0..*", paramLabel = "<command>", description = "The command.")
  private List<String> names = List.of();

  private final Supplier<CommandLine> everything;

  /**
   * The command in a session.
   *
   * @param everything the command line with all commands
   */
  public HelpCommand(Session session, Supplier<CommandLine> everything) {
    super(session);
    this.everything = Objects.requireNonNull(everything, "everything");
  }

  @Override
  protected ExitCode run() {
    CommandLine line = everything.get();
    for (String name : names) {
      line = line.getSubcommands().get(name);
      if (line == null) {
        throw CommandFailure.usage("there is no command '" + String.join(" ", names) + "'");
      }
    }
    output().text(line.getUsageMessage(Help.Ansi.OFF));
    return ExitCode.OK;
  }
}
