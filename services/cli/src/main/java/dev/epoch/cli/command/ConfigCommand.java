package dev.epoch.cli.command;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import picocli.CommandLine.Command;

/** {@code epoch config}. */
@Command(
    name = "config",
    description = "Settings of the configuration file.",
    synopsisSubcommandLabel = "<command>")
public final class ConfigCommand extends EpochSubcommand {

  /** The command in a session. */
  public ConfigCommand(Session session) {
    super(session);
  }

  @Override
  ExitCode run() {
    throw CommandFailure.usage("say what to do with the configuration: push");
  }
}
