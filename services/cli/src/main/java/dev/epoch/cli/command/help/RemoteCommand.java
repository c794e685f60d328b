package dev.epoch.cli.command.help;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What git has for remotes: refused, as all clients work on the repository of the server. */
public abstract class RemoteCommand extends EpochSubcommand {

  @Parameters(
      arity = "0..*",
      paramLabel = "<remote>",
      description = "As git has it; there is none.")
  private List<String> words = List.of();

  private final String message;
  private final String instead;

  private RemoteCommand(Session session, String message, String instead) {
    super(session);
    this.message = message;
    this.instead = instead;
  }

  @Override
  protected final ExitCode run() {
    String remote = words.isEmpty() ? "remote" : "remote '" + words.getFirst() + "'";
    throw new CommandFailure(ExitCode.CONFLICT, "there is no " + remote + message, instead);
  }

  /** {@code epoch pull}. */
  @Command(
      name = "pull",
      description = "Not there: there is no copy to bring up to date, branches are the server's.")
  public static final class Pull extends RemoteCommand {
    /** The command in a session. */
    public Pull(Session session) {
      super(
          session,
          " to pull from: every command works on the repository of the server,"
              + " and sees what others have committed",
          "leave it out; 'epoch merge <branch>' brings another branch into yours");
    }
  }

  /** {@code epoch push}. */
  @Command(
      name = "push",
      description = "Not there: there is no copy to publish, commits are the server's at once.")
  public static final class Push extends RemoteCommand {
    /** The command in a session. */
    public Push(Session session) {
      super(
          session,
          " to push to: a commit is in the repository of the server, for all to"
              + " see, as soon as it is made",
          "leave it out; 'epoch promote' and 'epoch merge' bring commits to other branches");
    }
  }
}
