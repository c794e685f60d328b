package dev.epoch.cli.command.hook;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch hook}. */
@Command(
    name = "hook",
    description = "Have URLs asked before changes are made.",
    synopsisSubcommandLabel = "[<command>]")
public final class HookCommand extends HookListing {

  /** The command in a session. */
  public HookCommand(Session session) {
    super(session);
  }
}
