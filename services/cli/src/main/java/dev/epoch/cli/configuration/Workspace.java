package dev.epoch.cli.configuration;

import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
 *   .epoch/config     repository_name = "shop", [server] url, [author] name, email
 *   .epoch/position   server and log position of the last command, so that reads see it
 * </pre>
 */
public final class Workspace {

  private static final String WRITABLE = "use a folder that you may write in; -C names another one";
  private static final String BRANCH_PREFIX = "ref: refs/heads/";
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
   * Ties a folder to a repository.
   *
   * @param serverUrl null to go on asking the configuration for it
   */
  public static Workspace create(Path folder, String repository, String branch, String serverUrl) {
    Path directory = folder.resolve(".epoch");
    StringBuilder config = new StringBuilder();
    config.append("repository_name = ").append(quoted(repository)).append('\n');
    if (serverUrl != null) {
      config.append("\n[server]\nurl = ").append(quoted(serverUrl)).append('\n');
    }
    try {
      Files.createDirectories(directory);
      if (!belongsTo(directory, repository)) {
        write(directory.resolve("config"), config.toString());
      }
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
    replace("HEAD", new Head.OnBranch(branch));
  }

  /** Checks a branch or a commit out. */
  public void checkOut(Head next) {
    Path head = directory.resolve("HEAD");
    String former = Files.isRegularFile(head) ? read(head) : null;
    replace("HEAD", next);
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

  private void replace(String file, Head head) {
    replace(file, text(head));
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

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
