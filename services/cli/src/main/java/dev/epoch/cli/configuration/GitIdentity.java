package dev.epoch.cli.configuration;

import dev.epoch.client.Actor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Who git thinks the user is. */
final class GitIdentity {

  private static final int PATIENCE_SECONDS = 2;

  private GitIdentity() {}

  /** What {@code git config} says in a folder; nothing where git is not there. */
  static Actor in(Path folder, Map<String, String> variables) {
    ProcessBuilder builder =
        new ProcessBuilder("git", "config", "--get-regexp", "^user\\.(name|email)$")
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(variables);
    try {
      Process git = builder.start();
      git.getOutputStream().close();
      String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!git.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        git.destroyForcibly();
      }
      return new Actor(value(text, "user.name "), value(text, "user.email "));
    } catch (IOException noGit) {
      return Actor.UNKNOWN;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Actor.UNKNOWN;
    }
  }

  /** The last value counts: git lists the widest scope first. */
  private static String value(String listing, String key) {
    return listing
        .lines()
        .filter(line -> line.startsWith(key))
        .reduce((earlier, later) -> later)
        .map(line -> line.substring(key.length()).strip())
        .filter(text -> !text.isEmpty())
        .orElse(null);
  }
}
