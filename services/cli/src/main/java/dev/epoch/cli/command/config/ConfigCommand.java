package dev.epoch.cli.command.config;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import picocli.CommandLine.Command;

/** {@code epoch config}. */
@Command(
    name = "config",
    description = "Settings of this folder, of the configuration file, and of the repository.",
    synopsisSubcommandLabel = "<command>")
public final class ConfigCommand extends EpochSubcommand {

  /** The command in a session. */
  public ConfigCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    throw CommandFailure.usage(
        "say what to do with the configuration: get, set, unset, show, push");
  }
}
