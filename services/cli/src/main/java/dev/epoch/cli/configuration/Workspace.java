package dev.epoch.cli.configuration;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import dev.epoch.client.transport.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A working folder: the {@code .epoch} directory that ties it to a repository and keeps what is
 * checked out.
 *
 * <pre>
 *   .epoch/HEAD       ref: refs/heads/main, or the id of a commit
 *   .epoch/PREVIOUS   what HEAD was before
 *   .epoch/refs       the commits of branches and tags as commands of this folder saw them last
 *   .epoch/config     repository_name = "shop", repository_id, metadata_url, current_branch (for
 *                     people: HEAD counts), [server] url, [author] name, email
 *   .epoch/position   server and log position of the last command, so that reads see it
 * </pre>
 */
public final class Workspace {

  private static final String WRITABLE = "use a folder that you may write in; -C names another one";
  private static final String BRANCH_PREFIX = "ref: refs/heads/";
  private static final String HEADS = "refs/heads";
  private static final String TAGS = "refs/tags";
  private static final String CURRENT_BRANCH = "current_branch";
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{4,64}");

  private final Path directory;
  private final ConfigurationFile configuration;

  private Workspace(Path directory, ConfigurationFile configuration) {
    this.directory = Objects.requireNonNull(directory, "directory");
    this.configuration = Objects.requireNonNull(configuration, "configuration");
  }

  /** The workspace that a folder lies in, looked for upwards like git does. */
  public static Optional<Workspace> around(Path folder, Map<String, String> variables) {
    for (Path at = folder.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      Path candidate = at.resolve(".epoch");
      if (Files.isRegularFile(candidate.resolve("HEAD"))) {
        Path file = candidate.resolve("config");
        ConfigurationFile configuration =
            Files.isRegularFile(file)
                ? ConfigurationFile.read(file, null, variables)
                : ConfigurationFile.none();
        return Optional.of(new Workspace(candidate, configuration));
      }
    }
    return Optional.empty();
  }

  /**
   * What ties a folder to a repository.
   *
   * @param repositoryId null where the server tells none
   * @param metadataUrl where the repository is kept, without password; null if nobody asked for it
   * @param serverUrl null to go on asking the configuration for it
   */
  public record Tie(String repository, String repositoryId, String metadataUrl, String serverUrl) {}

  /** Ties a folder to a repository, and checks a branch out. */
  public static Workspace create(Path folder, Tie tie, String branch) {
    Path directory = folder.resolve(".epoch");
    try {
      Files.createDirectories(directory.resolve(HEADS));
      Files.createDirectories(directory.resolve(TAGS));
      if (!belongsTo(directory, tie.repository())) {
        write(directory.resolve("config"), "");
      }
      ConfigurationEditor config = new ConfigurationEditor(directory.resolve("config"));
      set(config, tie.repository(), "repository_name");
      set(config, tie.repositoryId(), "repository_id");
      set(config, tie.metadataUrl(), "metadata_url");
      set(config, tie.serverUrl(), "server", "url");
      Files.deleteIfExists(directory.resolve("position"));
      Files.deleteIfExists(directory.resolve("PREVIOUS"));
      Workspace workspace =
          new Workspace(
              directory, ConfigurationFile.read(directory.resolve("config"), null, Map.of()));
      workspace.checkOut(branch);
      return workspace;
    } catch (IOException unwritable) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot write " + directory + ": " + unwritable.getMessage(),
          WRITABLE);
    }
  }

  private static void set(ConfigurationEditor config, String value, String... path) {
    if (value != null) {
      config.set(List.of(path), Json.text(value));
    }
  }

  /** Whether the configuration is there already, perhaps with settings of the user. */
  private static boolean belongsTo(Path directory, String repository) {
    Path file = directory.resolve("config");
    return Files.isRegularFile(file)
        && repository.equals(ConfigurationFile.read(file, null, Map.of()).text("repository_name"));
  }

  /** The {@code .epoch} directory. */
  public Path directory() {
    return directory;
  }

  /** What {@code .epoch/config} says. */
  public ConfigurationFile configuration() {
    return configuration;
  }

  /** The repository, or null where the configuration does not name it. */
  public String repository() {
    return configuration.text("repository_name");
  }

  /** What is checked out. */
  public Head head() {
    return head(read(directory.resolve("HEAD")));
  }

  /** What was checked out before; empty if nothing was. */
  public Optional<Head> previous() {
    Path file = directory.resolve("PREVIOUS");
    return Files.isRegularFile(file) ? Optional.of(head(read(file))) : Optional.empty();
  }

  private static Head head(String text) {
    if (text.startsWith(BRANCH_PREFIX)) {
      return new Head.OnBranch(text.substring(BRANCH_PREFIX.length()));
    }
    if (!COMMIT.matcher(text).matches()) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          ".epoch/HEAD names neither a branch nor a commit",
          "epoch checkout <branch>");
    }
    return new Head.Detached(text);
  }

  /** Whether this branch is checked out. */
  public boolean isOn(String branch) {
    return head().equals(new Head.OnBranch(branch));
  }

  /** Makes a branch the one that is checked out. */
  public void checkOut(String branch) {
    checkOut(new Head.OnBranch(branch));
  }

  /** Follows the branch that is checked out to its new name. */
  public void renamed(String branch) {
    replaceHead(new Head.OnBranch(branch));
  }

  /** Notes the commit of a branch as the server has just told it. */
  public void sawBranch(String branch, String commit) {
    saw(HEADS, branch, commit);
  }

  /** Notes the commit of a tag as the server has just told it; null if the tag is gone. */
  public void sawTag(String tag, String commit) {
    saw(TAGS, tag, commit);
  }

  /** Nothing reads it but people and their tools: failing to write it fails no command. */
  private void saw(String kind, String name, String commit) {
    Path folder = directory.resolve(kind);
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder)) {
      return;
    }
    try {
      if (commit == null) {
        Files.deleteIfExists(file);
      } else {
        Files.createDirectories(file.getParent());
        write(file, commit + "\n");
      }
    } catch (IOException readOnlyFolder) {
      return;
    }
  }

  /** Checks a branch or a commit out. */
  public void checkOut(Head next) {
    Path head = directory.resolve("HEAD");
    String former = Files.isRegularFile(head) ? read(head) : null;
    replaceHead(next);
    if (former != null && !former.equals(text(next))) {
      replace("PREVIOUS", former);
    }
  }

  private static String text(Head head) {
    return switch (head) {
      case Head.OnBranch on -> BRANCH_PREFIX + on.name();
      case Head.Detached at -> at.commit();
    };
  }

  private void replaceHead(Head head) {
    ConfigurationEditor config = new ConfigurationEditor(directory.resolve("config"));
    switch (head) {
      case Head.OnBranch on -> set(config, on.name(), CURRENT_BRANCH);
      case Head.Detached at -> config.unset(List.of(CURRENT_BRANCH));
    }
    replace("HEAD", text(head));
  }

  private void replace(String file, String text) {
    try {
      write(directory.resolve(file), text + "\n");
    } catch (IOException unwritable) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot write " + directory.resolve(file) + ": " + unwritable.getMessage(),
          WRITABLE);
    }
  }

  /** The log position of the last command sent to a server from here, or null. */
  public String position(String serverUrl) {
    Path file = directory.resolve("position");
    if (!Files.isRegularFile(file)) {
      return null;
    }
    String[] parts = read(file).split(" ", 2);
    return parts.length == 2 && parts[0].equals(serverUrl) ? parts[1] : null;
  }

  /** Remembers a log position. Failing to is no reason to fail a command that has worked. */
  public void remember(String serverUrl, String position) {
    try {
      write(directory.resolve("position"), serverUrl + " " + position + "\n");
    } catch (IOException readOnlyFolder) {
      return;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot read " + file + ": " + unreadable.getMessage(),
          "'epoch repo open <name>' ties the folder to a repository anew");
    }
  }

  /** Replaces a file in one step, so that no reader ever sees half of it. */
  private static void write(Path file, String text) throws IOException {
    Path draft = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
    Files.writeString(draft, text);
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }
}
