package dev.epoch.cli.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.cli.CommandFailure;
import dev.epoch.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/** Changes one value of a file of settings at a time; what else stands there stays as it is. */
public final class ConfigurationEditor {
  private final Path file;

  /**
   * @param file need not exist yet
   */
  public ConfigurationEditor(Path file) {
    this.file = Objects.requireNonNull(file, "file");
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Gives a key a value. */
  public void set(List<String> path, JsonNode value) {
    change(text -> TomlText.with(text, path, value));
  }

  /**
   * Takes a key out.
   *
   * @return whether it was there
   */
  public boolean unset(List<String> path) {
    return change(text -> TomlText.without(text, path));
  }

  @FunctionalInterface
  private interface Change {
    String of(String text) throws IOException, TomlText.UneditableException;
  }

  private boolean change(Change change) {
    try {
      String before = Files.isRegularFile(file) ? Files.readString(file) : "";
      String after = change.of(before);
      if (after.equals(before)) {
        return false;
      }
      replace(after);
      return true;
    } catch (TomlText.UneditableException refused) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot change " + file + ": " + refused.getMessage(),
          "change it with an editor");
    } catch (IOException problem) {
      throw new CommandFailure(
          ExitCode.CONFLICT,
          "cannot change " + file + ": " + problem.getMessage(),
          "make it a TOML file that you may write");
    }
  }

  /** In one step, so that nobody reads half of it; a new one is for its owner alone. */
  private void replace(String text) throws IOException {
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
    Path folder = Files.createDirectories(target.getParent());
    Path draft =
        Files.createTempFile(folder, target.getFileName().toString(), ".new", forOwner(folder));
    try {
      if (Files.isRegularFile(target)
          && Files.getFileStore(target).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(target));
      }
      Files.writeString(draft, text);
      Files.move(
          draft, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static FileAttribute<?>[] forOwner(Path folder) throws IOException {
    return Files.getFileStore(folder).supportsFileAttributeView("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
