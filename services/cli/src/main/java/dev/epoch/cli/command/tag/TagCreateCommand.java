package dev.epoch.cli.command.tag;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch tag create}. */
@Command(name = "create", description = "Give a commit a name that stays.")
public final class TagCreateCommand extends TagListing {

  @Parameters(index = "0", paramLabel = "<name>", description = "Name of the tag.")
  private String name;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "<ref>",
      description = "Commit to name (default: HEAD).")
  private String target;

  @Option(
      names = {"-m", "--message"},
      paramLabel = "<message>",
      description = "What there is to say about it.")
  private String message;

  @Option(
      names = {"-f", "--force"},
      description = "Take the name from another commit.")
  private boolean force;

  /** The command in a session. */
  public TagCreateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    return create(name, target, message, force);
  }
}
