package dev.epoch.testing;

import dev.epoch.cli.Epoch;
import dev.epoch.cli.ProcessEnvironment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** Types commands into a folder of its own, without anything of the machine around it. */
public final class Shell {

  private final Path folder;
  private final Path home;
  private final Map<String, String> variables = new HashMap<>();
  private String input = "";
  private boolean terminal;

  /** What a command has left behind. */
  public record Result(int exitCode, String out, String err) {}

  /**
   * A shell in a new folder.
   *
   * @param root empty folder for the working folder and the home
   */
  public Shell(Path root, String serverUrl) {
    folder = directory(root.resolve("work"));
    home = directory(root.resolve("home"));
    variables.put("EPOCH_SERVER_URL", serverUrl);
    variables.put("EPOCH_AUTHOR_NAME", "Your Name");
    variables.put("EPOCH_AUTHOR_EMAIL", "you@example.com");
    variables.put("PATH", System.getenv().getOrDefault("PATH", ""));
    variables.put("HOME", home.toString());
    variables.put("GIT_CONFIG_NOSYSTEM", "1");
    variables.put("GIT_CEILING_DIRECTORIES", root.toString());
  }

  public Path folder() {
    return folder;
  }

  public Path home() {
    return home;
  }

  /** Sets a variable, or unsets it with null. */
  public Shell set(String name, String value) {
    if (value == null) {
      variables.remove(name);
    } else {
      variables.put(name, value);
    }
    return this;
  }

  /** What the next commands read from standard input. */
  public Shell type(String text) {
    input = text;
    return this;
  }

  /** Makes every read of standard input fail. */
  public Shell breakInput() {
    input = null;
    return this;
  }

  /** Pretends that both outputs are terminals. */
  public Shell onTerminal() {
    terminal = true;
    return this;
  }

  /** Ties the folder to a repository as {@code epoch init} does. */
  public Shell inRepository(String repository, String branch) {
    directory(folder.resolve(".epoch"));
    write(".epoch/HEAD", "ref: refs/heads/" + branch + "\n");
    write(".epoch/config", "repository_name = \"" + repository + "\"\n");
    return this;
  }

  public Shell write(String file, String text) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
      return this;
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  public String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  public Result run(String... arguments) {
    return runIn(folder, arguments);
  }

  public Result runIn(Path directory, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Epoch.run(environment(directory, out, err), arguments);
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** What is around a command in a folder. */
  public ProcessEnvironment environment(Path directory, OutputStream out, OutputStream err) {
    return new ProcessEnvironment(
        variables,
        directory,
        home,
        input(),
        new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, false, StandardCharsets.UTF_8),
        terminal,
        terminal,
        terminal,
        ZoneId.of("UTC"),
        home.resolve("no-system-configuration.toml"));
  }

  private InputStream input() {
    if (input != null) {
      return new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    }
    InputStream closed = InputStream.nullInputStream();
    try {
      closed.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return closed;
  }

  private static Path directory(Path path) {
    try {
      return Files.createDirectories(path);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }
}
