package dev.epoch.cli.command.access;

import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.client.access.ApiKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code epoch auth key rotate}. */
@Command(
    name = "rotate",
    description =
        "Give a key of the API another secret. It is shown once; the former one is accepted no more.")
public final class AuthKeyRotateCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<name>", description = "Name of the key.")
  private String name;

  /** The command in a session. */
  public AuthKeyRotateCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    ApiKeys.Created rotated = session().server().apiKeys().rotate(name);
    if (output().json()) {
      output().json(rotated);
      return ExitCode.OK;
    }
    output().line(rotated.key());
    output()
        .confirm("API key '" + rotated.name() + "' has this secret now; it is not shown again.");
    return ExitCode.OK;
  }
}
