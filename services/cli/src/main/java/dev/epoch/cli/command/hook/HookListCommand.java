package dev.epoch.cli.command.hook;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch hook list}. */
@Command(name = "list", description = "List the hooks, in the order in which they are asked.")
public final class HookListCommand extends HookListing {

  /** The command in a session. */
  public HookListCommand(Session session) {
    super(session);
  }
}
