package dev.epoch.cli.command.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.command.EpochSubcommand;
import dev.epoch.cli.configuration.ConfigurationKey;
import dev.epoch.client.transport.Json;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code epoch config set}. */
@Command(
    name = "set",
    description = {
      "Give a key of the configuration a value: in .epoch/config, or in the file that --config or --global names.",
      "default_storage is the repository's own, and set there."
    })
public final class ConfigSetCommand extends EpochSubcommand {
  static final String DEFAULT_STORAGE = "default_storage";

  @Parameters(index = "0", paramLabel = "<key>", description = "Such as author.name.")
  private String name;

  @Parameters(index = "1", paramLabel = "<value>", description = "With commas between several.")
  private String value;

  @Option(names = "--global", description = "In your own file, for all folders.")
  private boolean global;

  /** The command in a session. */
  public ConfigSetCommand(Session session) {
    super(session);
  }

  @Override
  protected ExitCode run() {
    if (name.equals(DEFAULT_STORAGE) && !global) {
      client().storage().update(value, Json.object().put("default", true));
      return done(DEFAULT_STORAGE, Json.text(value), null);
    }
    ConfigurationKey key = ConfigTarget.key(name);
    ConfigTarget target = ConfigTarget.of(session(), key, global);
    JsonNode written = key.value(value);
    target.editor().set(target.path(), written);
    ExitCode done = done(key.name(), written, target.file());
    if (key.policy()) {
      output().remark("hint: 'epoch config push' sends it to the server, where it counts");
    }
    noteOthers(target);
    return done;
  }

  /** One configuration file counts; what is written to another one has no effect here. */
  private void noteOthers(ConfigTarget target) {
    Path counts = session().settings().file().path();
    if (global && counts != null && !counts.toAbsolutePath().equals(target.file())) {
      output().remark("hint: in this folder " + counts + " is read instead of " + target.file());
    }
  }

  private ExitCode done(String key, JsonNode written, Path file) {
    if (output().json()) {
      ObjectNode result = Json.object().put("key", key);
      result.set("value", written);
      output().json(result.put("file", file == null ? null : file.toString()));
    } else {
      output().confirm("Set " + key + (file == null ? " of the repository" : " in " + file));
    }
    return ExitCode.OK;
  }
}
