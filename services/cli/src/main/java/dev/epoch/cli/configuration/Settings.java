package dev.epoch.cli.configuration;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.cli.GlobalOptions;
import dev.epoch.cli.ProcessEnvironment;
import dev.epoch.client.Actor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Every setting, from the first of these that has it: command line, environment variable, {@code
 * .epoch/config}, configuration file, default.
 */
public final class Settings {

  private static final String DEFAULT_PORT = "8000";

  private final GlobalOptions options;
  private final ProcessEnvironment environment;
  private final Path directory;
  private final Optional<Workspace> workspace;
  private ConfigurationFile file;
  private Actor gitIdentity;

  /**
   * The settings that hold in a directory.
   *
   * @param directory absolute
   */
  public Settings(
      GlobalOptions options,
      ProcessEnvironment environment,
      Path directory,
      Optional<Workspace> workspace) {
    this.options = Objects.requireNonNull(options, "options");
    this.environment = Objects.requireNonNull(environment, "environment");
    this.directory = Objects.requireNonNull(directory, "directory");
    this.workspace = Objects.requireNonNull(workspace, "workspace");
  }

  /** Address of the server. */
  public String serverUrl() {
    return configuredServerUrl()
        .orElseGet(() ->
            "http://localhost:"
                + Objects.requireNonNullElse(environment.variable("EPOCH_API_PORT"), DEFAULT_PORT));
  }

  /** Address of the server, unless nobody has set it. */
  public Optional<String> configuredServerUrl() {
    return first(
        options::server,
        () -> environment.variable("EPOCH_SERVER_URL"),
        () -> local("server", "url"),
        () -> file().text("server", "url"));
  }

  /**
   * Key of the API, unless nobody has set it or logged in. One that stands in a file beside the
   * address of a server is sent to that server only.
   */
  public Optional<String> apiKey() {
    return foundKey().map(Found::key);
  }

  /** The variable or the file that says the key of the API, if any does. */
  public Optional<String> apiKeySource() {
    return foundKey().map(Found::source);
  }

  private record Found(String key, String source) {}

  private Optional<Found> foundKey() {
    String variable = environment.variable("EPOCH_API_KEY");
    if (variable != null) {
      return Optional.of(new Found(variable, "EPOCH_API_KEY"));
    }
    String named = keyOfFile();
    if (named != null && !named.isBlank()) {
      return Optional.of(new Found(named, "EPOCH_API_KEY_FILE"));
    }
    return key(local("server", "url"), local("server", "api_key"), ".epoch/config")
        .or(() ->
            key(
                file().text("server", "url"),
                file().text("server", "api_key"),
                String.valueOf(file().path())))
        .or(() -> {
          StoredApiKeys stored = storedApiKeys();
          return stored.of(serverUrl()).map(key -> new Found(key, stored.file().toString()));
        });
  }

  private Optional<Found> key(String url, String key, String source) {
    return key == null || key.isBlank() || !meant(url)
        ? Optional.empty()
        : Optional.of(new Found(key, source));
  }

  /** Keys that the user has logged in with. */
  public StoredApiKeys storedApiKeys() {
    return new StoredApiKeys(userFile().resolveSibling("credentials.toml"));
  }

  private boolean meant(String url) {
    return url == null || url.equals(serverUrl());
  }

  private String keyOfFile() {
    String path = environment.variable("EPOCH_API_KEY_FILE");
    if (path == null || path.isBlank()) {
      return null;
    }
    try {
      return Files.readString(directory.resolve(path)).strip();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.INVALID,
          "cannot read " + path + ", which EPOCH_API_KEY_FILE names",
          "correct the path, or make the file readable");
    }
  }

  /** Path of the API. */
  public String apiPrefix() {
    return first(() -> environment.variable("EPOCH_API_PREFIX")).orElse("/api/v1");
  }

  /** Repository, unless nobody has set it. */
  public Optional<String> repository() {
    return first(
        options::repository,
        () -> environment.variable("EPOCH_REPOSITORY"),
        () -> local("repository_name"));
  }

  /** Default branch of new repositories, unless nobody has set it. */
  public Optional<String> defaultBranch() {
    return first(
        () -> environment.variable("EPOCH_DEFAULT_BRANCH"),
        () -> local("branching", "default_branch"),
        () -> file().text("branching", "default_branch"),
        () -> file().text("defaults", "branch"));
  }

  /** The port that a server of this machine listens on. */
  public int localPort() {
    String port = Objects.requireNonNullElse(environment.variable("EPOCH_API_PORT"), DEFAULT_PORT);
    try {
      return Integer.parseInt(port);
    } catch (NumberFormatException wrong) {
      throw new CommandFailure(
          ExitCode.INVALID, "EPOCH_API_PORT is no number: " + port, "correct it, or unset it");
    }
  }

  /** Where the server is asked to keep metadata, unless nobody has set it. */
  public Optional<String> metadataUrl() {
    return first(
        () -> environment.variable("EPOCH_METADATA_URL"),
        () -> local("metadata_url"),
        () -> file().text("metadata", "url"));
  }

  /** Output format. */
  public String format() {
    return first(
            options::format,
            () -> environment.variable("EPOCH_FORMAT"),
            () -> local("defaults", "format"),
            () -> file().text("defaults", "format"))
        .orElse("text");
  }

  /** Whether merges decide conflicts as the same ones were decided before. */
  public boolean mergesAsLearnt() {
    return effective()
        .of(ConfigurationKey.named("merge.learnt").orElseThrow())
        .map(found -> found.value().asBoolean(false))
        .orElse(false);
  }

  /** Whether to print each exchange with the server. */
  public boolean verbose() {
    unread().refuseKeys("logging");
    String level =
        first(
                () -> environment.variable("EPOCH_LOG_LEVEL"),
                () -> local("logging", "level"),
                () -> file().text("logging", "level"))
            .orElse(null);
    return options.verbose()
        || environment.debug()
        || "debug".equalsIgnoreCase(level)
        || "trace".equalsIgnoreCase(level);
  }

  /** Who acts. Name and address are looked up each by itself; git is asked last. */
  public Actor actor() {
    return new Actor(
        first(
                options::authorName,
                () -> environment.variable("EPOCH_AUTHOR_NAME"),
                () -> local("author", "name"),
                () -> file().text("defaults", "author_name"),
                () -> git().name())
            .orElse(null),
        first(
                options::authorEmail,
                () -> environment.variable("EPOCH_AUTHOR_EMAIL"),
                () -> local("author", "email"),
                () -> file().text("defaults", "author_email"),
                () -> git().email())
            .orElse(null));
  }

  private Actor git() {
    if (gitIdentity == null) {
      gitIdentity = GitIdentity.in(directory, environment.variables());
    }
    return gitIdentity;
  }

  /** The configuration file that counts: the one that was named, or the first that exists. */
  public ConfigurationFile file() {
    if (file == null) {
      file =
          path()
              .map(path -> ConfigurationFile.read(path, profile(), environment.variables()))
              .orElseGet(this::noFile);
    }
    return file;
  }

  /** Storage backends of the configuration file. */
  public ConfiguredStorages storages() {
    return new ConfiguredStorages(file(), directory.resolve("epoch.toml"));
  }

  /** Names or patterns of tables that {@code table add --all} leaves out. */
  public List<String> excludedTables() {
    ConfigurationKey key = ConfigurationKey.named("exclude_patterns").orElseThrow();
    return effective()
        .of(key)
        .map(found -> List.of(found.text().split(",")))
        .orElse(List.of())
        .stream()
        .map(String::strip)
        .filter(pattern -> !pattern.isEmpty())
        .toList();
  }

  /** What changes of live schemas are asked for with. */
  public DdlDefaults ddl() {
    unread().refuseKeys("ddl");
    return new DdlDefaults(effective());
  }

  /** What is written here and means nothing. */
  public UnreadSettings unread() {
    return new UnreadSettings(
        environment.variables(),
        workspace
            .map(found -> List.of(found.configuration(), file()))
            .orElseGet(() -> List.of(file())));
  }

  /** What keys of the configuration mean here. */
  public EffectiveValues effective() {
    return new EffectiveValues(
        environment::variable,
        workspace.map(Workspace::configuration).orElseGet(ConfigurationFile::none),
        workspace.map(found -> found.directory().resolve("config").toString()).orElse(null),
        file());
  }

  /**
   * The file of the user alone: the first that is there of {@code ~/.config/epoch/config.toml}
   * (below {@code XDG_CONFIG_HOME} where that is set) and {@code ~/.epoch/config.toml}, else the
   * former.
   */
  public Path userFile() {
    Path usual = environment.configurationFolder().resolve("epoch/config.toml");
    Path older = environment.home().resolve(".epoch/config.toml");
    return Files.isRegularFile(usual) || !Files.isRegularFile(older) ? usual : older;
  }

  /** The configuration file that was named by an option, if any was. */
  public Optional<Path> namedFile() {
    return Optional.ofNullable(options.configurationFile()).map(directory::resolve);
  }

  /** Names below a table of the policy, in {@code .epoch/config} and in the file. */
  public Set<String> policyNames(String... table) {
    Set<String> names = new LinkedHashSet<>();
    workspace.ifPresent(found -> names.addAll(found.configuration().names(table)));
    names.addAll(file().names(table));
    return names;
  }

  /** A file of settings, empty if it is not there. */
  public ConfigurationFile read(Path path) {
    return Files.isRegularFile(path)
        ? ConfigurationFile.read(path, null, environment.variables())
        : ConfigurationFile.none();
  }

  /** What the configuration says of the repository; what stands in {@code .epoch/config} first. */
  public RepositoryPolicy policy() {
    RepositoryPolicy local =
        workspace
            .map(found -> RepositoryPolicy.of(found.configuration()))
            .orElseGet(() -> RepositoryPolicy.of(ConfigurationFile.none()));
    return local.isEmpty() ? RepositoryPolicy.of(file()) : local;
  }

  private ConfigurationFile noFile() {
    if (profile() != null) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "there is no configuration file that could have a profile '" + profile() + "'",
          "name one with --config, or leave the profile out");
    }
    return ConfigurationFile.none();
  }

  private Optional<Path> path() {
    if (options.configurationFile() != null) {
      return Optional.of(directory.resolve(options.configurationFile()));
    }
    if (environment.variable("EPOCH_CONFIG_FILE") != null) {
      return Optional.of(directory.resolve(environment.variable("EPOCH_CONFIG_FILE")));
    }
    return List.of(
            directory.resolve("epoch.toml"),
            directory.resolve("config/epoch.toml"),
            directory.resolve(".epoch/config.toml"),
            environment.configurationFolder().resolve("epoch/config.toml"),
            environment.home().resolve(".epoch/config.toml"),
            environment.systemConfiguration())
        .stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private String profile() {
    return options.profile() == null ? environment.variable("EPOCH_PROFILE") : options.profile();
  }

  private String local(String... names) {
    return workspace.map(found -> found.configuration().text(names)).orElse(null);
  }

  @SafeVarargs
  private static Optional<String> first(Supplier<String>... sources) {
    for (Supplier<String> source : sources) {
      String value = source.get();
      if (value != null && !value.isBlank()) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
