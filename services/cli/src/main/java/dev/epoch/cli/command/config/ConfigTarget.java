package dev.epoch.cli.command.config;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.Session;
import dev.epoch.cli.configuration.ConfigurationEditor;
import dev.epoch.cli.configuration.ConfigurationFile;
import dev.epoch.cli.configuration.ConfigurationKey;
import java.nio.file.Path;
import java.util.List;

/** The file that a key is read from or written to, and where it stands there. */
record ConfigTarget(Path file, List<String> path) {

  /**
   * The file of {@code --global}, the one of {@code --config}, or {@code .epoch/config}.
   *
   * @param global whether the user's own file is meant
   * @throws CommandFailure if there is no such file for the key
   */
  static ConfigTarget of(Session session, ConfigurationKey key, boolean global) {
    if (global && session.settings().namedFile().isPresent()) {
      throw CommandFailure.usage("--global goes without --config");
    }
    Path file =
        global ? session.settings().userFile() : session.settings().namedFile().orElse(null);
    if (file == null) {
      Path directory =
          session
              .workspace()
              .orElseThrow(() ->
                  new CommandFailure(
                      ExitCode.CONFLICT,
                      "this folder belongs to no repository, so there is no .epoch/config",
                      "--global is about your own file, --config names another one"))
              .directory();
      return new ConfigTarget(directory.resolve("config"), path(key, key.local(), ".epoch/config"));
    }
    return new ConfigTarget(file, path(key, key.file(), "configuration files"));
  }

  private static List<String> path(ConfigurationKey key, List<String> path, String where) {
    if (path.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'" + key.name() + "' does not stand in " + where,
          key.local().isEmpty() ? "use --global or --config" : "leave --global and --config out");
    }
    return path;
  }

  /** The key of this name. */
  static ConfigurationKey key(String name) {
    return ConfigurationKey.named(name)
        .orElseThrow(() ->
            new CommandFailure(ExitCode.NOT_FOUND, "there is no key '" + name + "'", hint(name)));
  }

  private static String hint(String name) {
    if (name.startsWith("storage.")) {
      return "'epoch storage add' writes storage backends into the configuration";
    }
    if (name.startsWith("query_cache") || name.startsWith("credentials.")) {
      return "neither answers of queries nor credentials are cached, so there is nothing to set";
    }
    return "'epoch config show --all' lists the keys";
  }

  ConfigurationEditor editor() {
    return new ConfigurationEditor(file);
  }

  ConfigurationFile content(Session session) {
    return session.settings().read(file);
  }
}
