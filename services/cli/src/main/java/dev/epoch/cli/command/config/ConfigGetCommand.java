package dev.epoch.cli.command.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.ConfigurationKey;
import dev.epoch.cli.configuration.EffectiveValues;
import dev.epoch.cli.configuration.EffectiveValues.Effective;
import dev.epoch.client.storage.StorageBackend;
import dev.epoch.client.transport.Json;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch config get}. */
@Command(
    name = "get",
    description =
        "Print what a key of the configuration means here; the exit code is 1 where nobody says anything.")
public final class ConfigGetCommand extends EpochSubcommand {

  @Parameters(paramLabel = "<key>", description = "Such as author.name.")
  private String name;

  @Option(names = "--global", description = "What your own file says.")
  private boolean global;

  @Option(names = "--show-origin", description = "Print before it who says so.")
  private boolean origin;

  /** The command in a session. */
  public ConfigGetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    Optional<Effective> found =
        name.equals(ConfigSetCommand.DEFAULT_STORAGE) && !global ? defaultStorage() : configured();
    if (output().json()) {
      output().json(found.map(ConfigGetCommand::document).orElseGet(Json::object));
    } else {
      found.ifPresent(value -> output().line((origin ? value.origin() + "\t" : "") + value.text()));
    }
    return found.isPresent() ? ExitCode.OK : ExitCode.NEGATIVE;
  }

  private Optional<Effective> configured() {
    ConfigurationKey key = ConfigTarget.key(name);
    return global
        ? EffectiveValues.inFile(ConfigTarget.of(session(), key, true).content(session()), key)
        : session().settings().effective().of(key);
  }

  private Optional<Effective> defaultStorage() {
    return client()
        .storage()
        .list()
        .byDefault()
        .map(StorageBackend::name)
        .map(storage ->
            new Effective(ConfigSetCommand.DEFAULT_STORAGE, Json.text(storage), "repository"));
  }

  static ObjectNode document(Effective value) {
    ObjectNode document = Json.object().put("key", value.key());
    document.set("value", value.value());
    return document.put("origin", value.origin());
  }
}
