package dev.epoch.cli;

import dev.epoch.cli.configuration.Head;
import dev.epoch.cli.configuration.Settings;
import dev.epoch.cli.configuration.Workspace;
import dev.epoch.client.EpochClient;
import dev.epoch.client.branch.Reflog;
import dev.epoch.client.commit.Commit;
import dev.epoch.client.repository.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One run of the command line: where it runs, which repository and branch it means, and the
 * connection to the server. Everything is found out when it is first asked for.
 */
public final class Session implements AutoCloseable {

  private static final Set<String> FORMATS = Set.of("text", "json", "table", "csv");

  /** So many names of repositories are told, where one is missing. */
  private static final int SHOWN = 10;

  private final ProcessEnvironment environment;
  private final GlobalOptions options;
  private Path directory;
  private Optional<Workspace> workspace;
  private Settings settings;
  private Output output;
  private EpochClient server;
  private EpochClient client;
  private String repository;
  private String knownPosition;

  Session(ProcessEnvironment environment, GlobalOptions options) {
    this.environment = Objects.requireNonNull(environment, "environment");
    this.options = Objects.requireNonNull(options, "options");
  }

  /** The process around. */
  public ProcessEnvironment environment() {
    return environment;
  }

  /** Options that every command takes. */
  public GlobalOptions options() {
    return options;
  }

  /** The directory that the command runs in. */
  public Path directory() {
    if (directory == null) {
      directory =
          options.directory() == null
              ? environment.directory()
              : environment.directory().resolve(options.directory()).normalize();
      if (!Files.isDirectory(directory)) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "there is no directory " + options.directory(),
            "-C takes a directory that exists");
      }
    }
    return directory;
  }

  /** The working folder around the directory, if there is one. */
  public Optional<Workspace> workspace() {
    if (workspace == null) {
      workspace = Workspace.around(directory(), environment.variables());
    }
    return workspace;
  }

  /** All settings. */
  public Settings settings() {
    if (settings == null) {
      settings = new Settings(options, environment, directory(), workspace());
    }
    return settings;
  }

  /**
   * Chooses the output format before anything else happens. A format that is only somebody's
   * default gives way to the first one that the command knows.
   *
   * @param known the formats of the command
   * @throws CommandFailure if a format was asked for that the command does not know
   */
  public void chooseFormat(List<String> known) {
    String wanted = settings().format();
    boolean fits = known.contains(wanted);
    if (!fits && (options.format() != null || !FORMATS.contains(wanted))) {
      throw CommandFailure.usage(
          "unknown format '" + wanted + "'; known: " + String.join(", ", known));
    }
    output = new Output(environment, options.quiet(), fits ? wanted : known.getFirst());
  }

  /** The output format that the command line names; null if it leaves it to the defaults. */
  public String givenFormat() {
    return options.format();
  }

  /** Where results go. */
  public Output output() {
    return Objects.requireNonNull(output, "no format was chosen");
  }

  /** The server, without a repository. */
  public EpochClient server() {
    return server == null ? serverWith(settings().apiKey().orElse(null)) : server;
  }

  /**
   * The server, asked with a key from now on.
   *
   * @param apiKey null for none
   */
  public EpochClient serverWith(String apiKey) {
    if (server == null) {
      String url = settings().serverUrl();
      knownPosition = workspace().map(found -> found.position(url)).orElse(null);
      try {
        EpochClient.Builder builder =
            EpochClient.at(url)
                .apiPrefix(settings().apiPrefix())
                .actor(settings().actor())
                .apiKey(apiKey)
                .position(knownPosition);
        if (options.timeoutSeconds() != null) {
          if (options.timeoutSeconds() <= 0) {
            throw CommandFailure.usage("--timeout takes a number of seconds above 0");
          }
          builder.requestTimeout(Duration.ofSeconds(options.timeoutSeconds()));
        }
        if (settings().verbose()) {
          builder.observer((method, address, outcome, took) ->
              output()
                  .problem(
                      method + " " + address + " -> " + outcome + " (" + took.toMillis() + " ms)"));
        }
        server = builder.build();
      } catch (IllegalArgumentException wrong) {
        if (String.valueOf(wrong.getMessage()).contains("API key")) {
          throw new CommandFailure(
              ExitCode.INVALID,
              wrong.getMessage(),
              "look at EPOCH_API_KEY, and at server.api_key in the configuration");
        }
        throw new CommandFailure(
            ExitCode.USAGE,
            "not an http or https address: " + url,
            "--server and EPOCH_SERVER_URL look like http://localhost:8000");
      }
    }
    return server;
  }

  /**
   * Goes on with another server than the settings name.
   *
   * @param url its address
   */
  public void useServer(String url) {
    options.overrideServer(url);
    forgetServer();
  }

  private void forgetServer() {
    if (server != null) {
      server.close();
    }
    server = null;
    client = null;
    knownPosition = null;
  }

  /**
   * Sees to it that what is to be committed has an author. Where the settings name none, a terminal
   * is asked, and what it answers is kept; a key of the API has a name by itself.
   *
   * @throws CommandFailure if there is nobody to ask, or if it is to be signed
   */
  public void requireAuthor() {
    settings().unread().refuseSigning();
    if (settings().actor().name() == null && settings().apiKey().isEmpty()) {
      AuthorQuestion.ask(this);
      settings = null;
      forgetServer();
    }
  }

  /** The server, seen from the repository that is meant. */
  public EpochClient client() {
    if (client == null) {
      client = server().inRepository(repository());
    }
    return client;
  }

  private String repository() {
    if (repository == null) {
      repository = settings().repository().orElseThrow(this::noRepository);
    }
    return repository;
  }

  /** Nobody's repository is taken because it happens to be the only one. */
  private CommandFailure noRepository() {
    List<String> names =
        server().repositories().list().repositories().stream().map(Repository::name).toList();
    if (names.isEmpty()) {
      return new CommandFailure(
          ExitCode.NOT_FOUND,
          "this folder belongs to no repository, and the server has none yet",
          "'epoch init <name>' makes one");
    }
    String shown = String.join(", ", names.subList(0, Math.min(names.size(), SHOWN)));
    return new CommandFailure(
        ExitCode.NOT_FOUND,
        "this folder belongs to no repository; the server has "
            + shown
            + (names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : ""),
        "'epoch repo open <name>' ties this folder to one of them, 'epoch init <name>' makes a new"
            + " one, --repository <name> means one for this command");
  }

  /** The working folder, if it belongs to the repository that is meant. */
  public Optional<Workspace> workspaceOfRepository() {
    return workspace()
        .filter(found ->
            settings().repository().map(name -> name.equals(found.repository())).orElse(true));
  }

  /**
   * Ties the directory to a repository and checks its default branch out.
   *
   * @param metadataUrl where the repository is kept, as it was asked for; null if nobody asked
   */
  public void tie(Repository opened, String metadataUrl) {
    Workspace tied =
        Workspace.create(
            directory(),
            new Workspace.Tie(
                opened.name(),
                opened.id(),
                metadataUrl,
                settings().configuredServerUrl().orElse(null)),
            opened.defaultBranch());
    workspace = Optional.of(tied);
    settings = null;
  }

  /** What is checked out, or the branch that --branch names. */
  public Head head() {
    if (options.branch() != null) {
      return new Head.OnBranch(options.branch());
    }
    return workspaceOfRepository()
        .map(Workspace::head)
        .orElseGet(() -> new Head.OnBranch(defaultBranch()));
  }

  /**
   * The branch that is checked out, or that --branch names: what a command writes to.
   *
   * @throws CommandFailure if a commit is checked out
   */
  public String branch() {
    return switch (head()) {
      case Head.OnBranch on -> on.name();
      case Head.Detached at ->
          throw new CommandFailure(
              ExitCode.CONFLICT,
              "HEAD is detached at " + Commit.shortId(at.commit()) + ": there is no current branch",
              "'epoch checkout -b <name>' makes a branch of it; 'epoch checkout -' goes back;"
                  + " --branch names a branch");
    };
  }

  /** What reading commands read when they are not told: a branch, or the id of a commit. */
  public String headRef() {
    return head().ref();
  }

  /** The branch that --branch names. */
  public Optional<String> branchNamed() {
    return Optional.ofNullable(options.branch());
  }

  /** The default branch of the repository. */
  public String defaultBranch() {
    return server().repositories().get(repository()).defaultBranch();
  }

  /** A ref as the server knows it. */
  public String ref(String typed) {
    return Refs.resolve(typed, this::headRef, this::branch, this::moves);
  }

  private String moves(String branch, int count) {
    int left = count;
    String after = null;
    do {
      Reflog page = client().branches().reflog(branch, Math.min(left + 1, 1000), after);
      if (left < page.entries().size()) {
        return Optional.ofNullable(page.entries().get(left).to())
            .orElseThrow(() ->
                new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "branch '" + branch + "' is deleted",
                    "'epoch reflog " + branch + "' shows where it was"));
      }
      left -= page.entries().size();
      after = page.next();
    } while (after != null);
    throw new CommandFailure(
        ExitCode.NOT_FOUND,
        "branch '" + branch + "' has not moved " + count + " times",
        "'epoch reflog " + branch + "' shows its moves");
  }

  /** Whether the server has been sent a command that it has not answered. */
  boolean commandUnderWay() {
    return server != null && server.commandUnderWay();
  }

  @Override
  public void close() {
    if (server == null) {
      return;
    }
    String position = server.position();
    if (position != null && !position.equals(knownPosition)) {
      workspaceOfRepository().ifPresent(found -> found.remember(settings().serverUrl(), position));
    }
    server.close();
  }
}
