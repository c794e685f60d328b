package dev.epoch.cli.command.config;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.RepositoryPolicy;
import dev.epoch.client.repository.Repository;
import picocli.CommandLine.Command;

/** {@code epoch config push}. */
@Command(
    name = "push",
    description =
        "Send [conflict] and [branching] of the configuration file to the server, which keeps them for the repository.")
public final class ConfigPushCommand extends EpochSubcommand {

  /** The command in a session. */
  public ConfigPushCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    RepositoryPolicy policy = session().settings().policy();
    if (policy.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NEGATIVE,
          "the configuration says nothing of [conflict] and [branching]",
          "write them into epoch.toml");
    }
    String repository =
        session()
            .settings()
            .repository()
            .orElseThrow(() -> CommandFailure.usage("name the repository: --repository"));
    PolicyPush.send(client(), repository, policy);
    Repository now = session().server().repositories().get(repository);
    if (output().json()) {
      output().json(now);
    } else {
      output().confirm("Changed settings of repository '" + repository + "'");
    }
    return ExitCode.OK;
  }
}
