package dev.epoch.cli.command.help;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import java.util.Objects;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch completion}. */
@Command(
    name = "completion",
    description = {
      "Print a completion script.",
      "bash and zsh: source <(epoch completion bash); fish: epoch completion fish | source"
    })
public final class CompletionCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<shell>", description = "bash, zsh or fish.")
  private String shell;

  private final Supplier<CommandLine> everything;

  /**
   * The command in a session.
   *
   * @param everything the command line with all commands
   */
  public CompletionCommand(Session session, Supplier<CommandLine> everything) {
    super(session);
    this.everything = Objects.requireNonNull(everything, "everything");
  }

  @Override
  protected ExitCode run() {
    switch (shell) {
      case "bash" -> output().line(bash());
      case "zsh" -> output().line("autoload -U +X bashcompinit && bashcompinit\n" + bash());
      case "fish" -> output().text(FishCompletion.of("epoch", everything.get()));
      default ->
          throw CommandFailure.usage("unknown shell '" + shell + "'; known: bash, zsh, fish");
    }
    return ExitCode.OK;
  }

  private String bash() {
    return AutoComplete.bash("epoch", everything.get());
  }
}
