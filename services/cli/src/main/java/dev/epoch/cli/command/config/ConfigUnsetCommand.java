package dev.epoch.cli.command.config;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.ConfigurationKey;
import dev.epoch.client.storage.StorageBackends;
import dev.epoch.client.transport.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch config unset}. */
@Command(
    name = "unset",
    description =
        "Take a key out of .epoch/config, or out of the file that --config or --global names.")
public final class ConfigUnsetCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<key>", description = "Such as author.name.")
  private String name;

  @Option(names = "--global", description = "Out of your own file.")
  private boolean global;

  /** The command in a session. */
  public ConfigUnsetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (name.equals(ConfigSetCommand.DEFAULT_STORAGE) && !global) {
      return clearDefaultStorage();
    }
    ConfigurationKey key = ConfigTarget.key(name);
    ConfigTarget target = ConfigTarget.of(session(), key, global);
    if (!target.editor().unset(target.path())) {
      throw new CommandFailure(
          ExitCode.NEGATIVE,
          "'" + key.name() + "' is not set in " + target.file(),
          "'epoch config show' tells where it is set");
    }
    if (output().json()) {
      output().json(Json.object().put("key", key.name()).put("file", target.file().toString()));
    } else {
      output().confirm("Unset " + key.name() + " in " + target.file());
    }
    return ExitCode.OK;
  }

  private ExitCode clearDefaultStorage() {
    StorageBackends storage = client().storage();
    storage
        .list()
        .byDefault()
        .ifPresent(found -> storage.update(found.name(), Json.object().put("default", false)));
    if (output().json()) {
      output().json(Json.object().put("key", name));
    } else {
      output().confirm("Unset default_storage of the repository");
    }
    return ExitCode.OK;
  }
}
