package dev.epoch.cli.command.tag;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch tag}: without a name the list, with one a new tag. */
@Command(
    name = "tag",
    description = {
      "Give a commit a name that stays; without a name: list the tags.",
      "A tag is a ref wherever one is taken."
    },
    synopsisSubcommandLabel = "[<command>]")
public final class TagCommand extends TagListing {

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "<name>",
      description = "Name of the new tag.")
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
  public TagCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (name == null) {
      if (message != null || force) {
        throw CommandFailure.usage("a tag needs a name");
      }
      return list(null);
    }
    return create(name, target, message, force);
  }
}
