package dev.epoch.cli.command.storage;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch storage tunnels}: refused, as the server opens none. */
@Command(
    name = "tunnels",
    description =
        "Not there: the server opens no SSH tunnels. One of ssh -L serves, as host and port of"
            + " the storage backend.")
public final class StorageTunnelsCommand extends EpochSubcommand {

  @Parameters(arity = "0..1", paramLabel = "<name>", description = "Name of the storage backend.")
  private String name;

  /** The command in a session. */
  public StorageTunnelsCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    String storage = name == null ? "<name>" : name;
    throw new CommandFailure(
        ExitCode.CONFLICT,
        "the server opens no SSH tunnels, so there is none to show",
        "on its machine: ssh -N -L 15432:database:5432 user@bastion; then epoch storage add "
            + storage
            + " --type postgresql --host localhost --port 15432 --database <name>");
  }
}
