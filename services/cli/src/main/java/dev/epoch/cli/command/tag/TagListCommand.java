package dev.epoch.cli.command.tag;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch tag list}. */
@Command(name = "list", description = "List the tags.")
public final class TagListCommand extends TagListing {

  @Parameters(
      arity = "0..1",
      paramLabel = "<pattern>",
      description = "Only names like this: * stands for any characters, ? for one.")
  private String pattern;

  /** The command in a session. */
  public TagListCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    return list(pattern);
  }
}
