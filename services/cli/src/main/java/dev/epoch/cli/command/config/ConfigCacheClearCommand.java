package dev.epoch.cli.command.config;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;

/** {@code epoch config cache clear}: says that there is none. */
@Command(
    name = "clear",
    description = "Refused: neither credentials nor answers of queries are cached.")
public final class ConfigCacheClearCommand extends EpochSubcommand {

  /** The command in a session. */
  public ConfigCacheClearCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    throw new CommandFailure(
        ExitCode.CONFLICT,
        "there is no cache to clear: neither credentials nor answers of queries are kept",
        "'epoch storage credentials <name> --rotate' changes credentials, and they count from the next connection on");
  }

  /** {@code epoch config cache}. */
  @Command(name = "cache", description = "There is none.", synopsisSubcommandLabel = "<command>")
  public static final class Cache extends EpochSubcommand {

    /** The command in a session. */
    public Cache(Session session) {
      super(session);
    }

    @Override
    protected ExitCode run() {
      throw CommandFailure.usage("say what to do with it: clear");
    }
  }
}
