package dev.epoch.cli.command.branch;

import dev.epoch.cli.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code epoch branch list}. */
@Command(name = "list", description = "List the branches.")
public final class BranchListCommand extends BranchListing {

  @Option(names = "--graph", description = "Draw how the branches relate.")
  private boolean graph;

  @Option(
      names = {"-a", "--all"},
      description = "Also the tags.")
  private boolean all;

  /** The command in a session. */
  public BranchListCommand(Session session) {
    super(session);
  }

  @Override
  boolean graph() {
    return graph;
  }

  @Override
  boolean withTags() {
    return all;
  }
}
